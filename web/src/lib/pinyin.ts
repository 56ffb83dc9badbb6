// Initials of Chinese words without a dictionary: the browser's own pinyin collation says between which two letters' first characters one falls.
const BOUNDS: [string, string][] = [
  ["a", "阿"], ["b", "八"], ["c", "嚓"], ["d", "哒"], ["e", "妸"], ["f", "发"], ["g", "旮"], ["h", "哈"], ["j", "讥"], ["k", "咔"], ["l", "垃"], ["m", "妈"],
  ["n", "拏"], ["o", "噢"], ["p", "妑"], ["q", "七"], ["r", "呥"], ["s", "仨"], ["t", "他"], ["w", "屲"], ["x", "夕"], ["y", "丫"], ["z", "帀"],
];
const collator = new Intl.Collator("zh-Hans-CN-u-co-pinyin");

export function initials(text: string): string {
  let result = "";
  for (const char of text) {
    if (/[㐀-鿿]/.test(char)) {
      let letter = "";
      for (const [name, bound] of BOUNDS) {
        if (collator.compare(char, bound) < 0) break;
        letter = name;
      }
      result += letter;
    } else if (/[a-z0-9]/i.test(char)) {
      result += char.toLowerCase();
    }
  }
  return result;
}
