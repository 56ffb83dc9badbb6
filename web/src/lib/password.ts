// How strong a password is, said in words before the server judges it.
export type Strength = "empty" | "short" | "weak" | "fair" | "strong";
export const LEAST = 8;
const COMMON = /^(?:p[a@]ssw[o0]rd[\W\d]*|qwerty\w*|abc123\w*|admin\w*|letmein[\W\d]*|welcome\w*|woaini\w*|iloveyou[\W\d]*|(.)\1+|(?:0?123456789?0?|1234|123123|111222|5201314)\d*)$/i;

export function strengthOf(password: string, own: string[] = [], least = LEAST): Strength {
  const length = Array.from(password).length;
  if (length === 0) return "empty";
  if (length < least) return "short";
  const plain = password.toLowerCase();
  if (COMMON.test(password) || own.some((word) => word.length > 2 && plain.includes(word.toLowerCase()))) return "weak";
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password)).length;
  const different = new Set(Array.from(plain)).size;
  if (different < 5) return "weak";
  const score = length + kinds * 3 + Math.min(different, 12) / 2;
  return score >= 26 ? "strong" : score >= 17 ? "fair" : "weak";
}
