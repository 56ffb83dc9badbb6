// An nginx out of Debian that sends files of ours, in a folder and on a port of its own: what a web server alone costs.
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CACHE } from './server.mjs'

const freePort = () =>
  new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => found(port))
    })
  })

const config = (folder, port) => `
${process.getuid() === 0 ? 'user root;' : ''}
daemon off; worker_processes ${Math.min(cpus().length, 8)}; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000; open_file_cache max=16; default_type application/json;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server { listen 127.0.0.1:${port}; root ${folder}/files; }
}
`

// files: name → bytes
export async function startNginx(files) {
  const folder = resolve(join(CACHE, `nginx-${process.pid}`))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'files'), { recursive: true })
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, 'files', name), bytes)
  const port = await freePort()
  writeFileSync(join(folder, 'nginx.conf'), config(folder, port))
  const child = spawn('/usr/sbin/nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: ['ignore', 'inherit', 'inherit'] })
  const ended = new Promise((done) => child.once('exit', done))
  child.once('error', () => {})
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  for (let i = 0; i < 100; i++) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error('nginx does not start (tools/setup bench installs it)')
    const answer = await fetch(`http://127.0.0.1:${port}/${Object.keys(files)[0]}`).catch(() => null)
    if (answer?.ok) {
      await answer.arrayBuffer()
      return { port, pid: child.pid, stop }
    }
    await sleep(50)
  }
  await stop()
  throw new Error('nginx does not answer')
}
