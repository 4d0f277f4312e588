/** Hex and base64 (RFC 4648) between text and octets, strict both ways. */

const HEX = '0123456789ABCDEF';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const HEX_VALUES = valuesOf(HEX);
for (let i = 10; i < 16; i++) HEX_VALUES[HEX.charCodeAt(i) + 32] = i;
const BASE64_VALUES = valuesOf(BASE64);

/** The octets of an even number of hex digits, or null. */
export function octetsFromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0) return null;
  const octets = new Uint8Array(text.length / 2);
  for (let i = 0; i < text.length; i++) {
    const value = HEX_VALUES[text.charCodeAt(i)] ?? -1;
    if (value < 0) return null;
    octets[i >> 1] = (octets[i >> 1]! << 4) | value;
  }
  return octets;
}

/** Upper-case hex digits, as `dig` prints them. */
export function hexFromOctets(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += HEX[octet >> 4]! + HEX[octet & 15]!;
  return text;
}

/** The octets of padded base64, or null. */
export function octetsFromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const octets = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let held = 0;
  let used = 0;
  for (let i = 0; i < text.length - padding; i++) {
    const value = BASE64_VALUES[text.charCodeAt(i)] ?? -1;
    if (value < 0) return null;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    octets[used++] = (held >> bits) & 255;
  }
  return octets;
}

/** Padded base64. */
export function base64FromOctets(octets: Uint8Array): string {
  let text = '';
  for (let i = 0; i < octets.length; i += 3) {
    const left = octets.length - i;
    const word = (octets[i]! << 16) | ((octets[i + 1] ?? 0) << 8) | (octets[i + 2] ?? 0);
    text += BASE64[word >> 18]! + BASE64[(word >> 12) & 63]!;
    text += left > 1 ? BASE64[(word >> 6) & 63]! : '=';
    text += left > 2 ? BASE64[word & 63]! : '=';
  }
  return text;
}

function valuesOf(alphabet: string): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;
  return values;
}
