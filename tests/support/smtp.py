#!/usr/bin/env python3
"""A mail server (aiosmtpd) that keeps what it is sent: one file a mail in FOLDER, "from", "to" and an empty line before it.

smtp.py FOLDER [--tls | --starttls] [--certificate FILE --key FILE] [--user NAME --password WORD] [--plain-sign-in]
Prints "listening PORT". Recipients that begin with "nobody" are refused with 550, senders that begin with "stranger" too; while FOLDER/busy exists every
mail is put off with 451, while FOLDER/slow exists no command is answered.
"""
import argparse
import asyncio
import os
import ssl

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Keeper:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def wait(self):
        while os.path.exists(os.path.join(self.folder, 'slow')):
            await asyncio.sleep(0.05)

    async def handle_MAIL(self, server, session, envelope, address, options):
        await self.wait()
        if address.startswith('stranger'):
            return '550 5.7.1 sender not allowed here'
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return '250 OK'

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('nobody'):
            return '550 5.1.1 no such mailbox'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        if os.path.exists(os.path.join(self.folder, 'busy')):
            return '451 4.3.0 try again later'
        self.count += 1
        name = os.path.join(self.folder, f'{self.count:04d}.eml')
        encrypted = server.transport.get_extra_info('ssl_object') is not None
        with open(name + '.new', 'wb') as out:
            out.write(f'from: {envelope.mail_from}\nto: {",".join(envelope.rcpt_tos)}\ntls: {encrypted}\n\n'.encode())
            out.write(envelope.content)
        os.rename(name + '.new', name)
        return '250 kept'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('folder')
    for flag in ('--tls', '--starttls', '--plain-sign-in'):
        parser.add_argument(flag, action='store_true')
    for name in ('--certificate', '--key', '--user', '--password'):
        parser.add_argument(name)
    parser.add_argument('--port', type=int, default=0)
    args = parser.parse_args()
    context = None
    if args.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.certificate, args.key)

    def check(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and data.login.decode() == args.user and data.password.decode() == args.password
        return AuthResult(success=good, handled=good)

    keeper = Keeper(args.folder)

    def make():
        return SMTP(keeper, hostname='mail.example', tls_context=context if args.starttls else None, require_starttls=args.starttls, authenticator=check if args.user else None,
                    auth_required=bool(args.user), auth_require_tls=not (args.plain_sign_in or args.tls), enable_SMTPUTF8=True)

    async def serve():
        server = await asyncio.get_running_loop().create_server(make, '127.0.0.1', args.port, ssl=context if args.tls else None)
        print('listening', server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(serve())


main()
