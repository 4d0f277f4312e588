/**
 * The kinds of values that settings take, and what is said of a bad one: for `settings.ts` alone. A fault begins with `must` and does
 * not repeat the value.
 */

import { isIP } from 'node:net';
import { z } from 'zod';
import { formatIpPrefix, type IpPrefix, parseIpPrefix } from '../base/ip-prefix.ts';
import { SERVER_ID_CHARS_MAX } from '../base/limits.ts';
import { parseRedisAddress } from '../redis/redis-address.ts';
import type { ListenAddress } from '../server/serve-options.ts';
import { nameFromText } from '../wire/name.ts';
import { parseSocketAddress } from './socket-address.ts';

/** The largest TTL (RFC 2181 8). */
const TTL_SECONDS_MAX = 2_147_483_647;

/** Anything but nothing. */
export const text = z.string().min(1, 'must not be empty');

/** Names in Redis keys, status and metrics: no separators of those. */
export const identifier = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, ".", "_" or "-", e.g. eu-west');

/** A user or group, by name or number. */
export const userName = z.coerce
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/, 'must be a name or number of /etc/passwd');

/** True and false, and what the environment writes for them. */
export const flag = z.preprocess((value) => {
  if (typeof value !== 'string') return value;
  if (/^(true|yes|on|1)$/i.test(value)) return true;
  return /^(false|no|off|0)$/i.test(value) ? false : value;
}, z.boolean('must be true or false'));

/** One address and port. */
export const socketAddress = z.string('must be ADDRESS:PORT').transform((value, context): ListenAddress => {
  const parsed = parseSocketAddress(value);
  if (parsed !== null) return parsed;
  context.addIssue({ code: 'custom', message: 'must be ADDRESS:PORT, e.g. 127.0.0.1:5300 or [::1]:5300' });
  return z.NEVER;
});

/** One address, several separated by commas (environment), or a list. */
export const socketAddresses = listOf(
  z
    .array(socketAddress, 'must be ADDRESS:PORT or a list of them')
    .min(1, 'must name an address')
    .max(64, 'must name at most 64 addresses'),
);

/** One text, several separated by commas (environment), or a list. */
export const texts = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
  z.array(text, 'must be a text or a list of them').min(1, 'must not be empty').max(1_000, 'must be at most 1,000'),
);

/** A fault never repeats the value: it may hold a password. */
export const redisAddress = z.string('must be a URL like redis://127.0.0.1:6379').superRefine((value, context) => {
  const address = parseRedisAddress(value);
  if ('fault' in address) context.addIssue({ code: 'custom', message: address.fault });
});

/** Where the API listens, and so where `status` asks; written as an address or as the URL that a browser shows. */
export const adminAddress = z
  .string('must be ADDRESS:PORT or "off"')
  .transform((value) => value.replace(/^http:\/\/([^/]+)\/*$/, '$1'))
  .pipe(z.union([z.literal('off'), socketAddress], 'must be ADDRESS:PORT, e.g. 127.0.0.1:9153, or "off"'));

/** An address, without a zone. */
export const ipAddress = z
  .string()
  .refine((value) => isIP(value) !== 0 && !value.includes('%'), 'must be an IP address');

const ipPrefix = z.string('must be a prefix').transform((value, context): IpPrefix => {
  const prefix = parseIpPrefix(value);
  if (typeof prefix === 'object') return prefix;
  const message =
    prefix === 'host-bits' ? 'must not have bits set beyond its length' : 'must be a prefix like 192.0.2.0/24';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** A prefix, in its canonical form. */
export const ipPrefixText = ipPrefix.transform(formatIpPrefix);

/** One prefix, several separated by commas (environment), or a list; at most `max`, the limit of name `limit`. */
export function ipPrefixes(max: number, limit: string) {
  return listOf(
    z.array(ipPrefix, 'must be a prefix or a list of them').max(max, `must name at most ${max} prefixes (${limit})`),
  );
}

/** A name in the start of authority: absolute with the final dot, one label below each zone, or `@` for the zone itself. */
export const soaName = z.string('must be a name').transform((value, context) => {
  const name = nameFromText(value);
  const isAbsolute = value.endsWith('.') && !value.endsWith('\\.');
  const isMail = value !== '@' && value.includes('@');
  if (typeof name !== 'string' && !isMail && (isAbsolute || !/(?<!\\)\./.test(value))) return value;
  const message = isMail
    ? `writes the mailbox as a name: ${value.replace('@', '.').replace(/\.*$/, '.')}`
    : 'must be a name with its final dot, like ns1.example.com., or one label, which is then below each zone';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** A text that the server shows of itself, as it stands in a TXT record and in NSID. */
export const shownText = z
  .string('must be a text')
  .regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'must be printable ASCII')
  .max(SERVER_ID_CHARS_MAX, `must be at most ${SERVER_ID_CHARS_MAX} characters (SERVER_ID_CHARS_MAX)`);

/** A whole number from `min` to `max`, both named in the fault. */
export function wholeNumber(min: number, max: number, limit = '') {
  return z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}${limit === '' ? '' : ` (${limit})`}`);
}

/** One of `words`. YAML 1.1 reads a bare on or off as true or false. */
export function oneOf<const T extends readonly [string, ...string[]]>(words: T) {
  const list = words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return z.preprocess(
    (value) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : value),
    z.enum(words, `must be ${list}`),
  );
}

/** The words that a value of `schema` may be, where it is {@link oneOf} some; else none. */
export function wordsOf(schema: z.ZodType): readonly string[] {
  return schema instanceof z.ZodPipe && schema.out instanceof z.ZodEnum ? schema.out.options.map(String) : [];
}

/** Times in a start of authority (RFC 2181 8). */
export const soaSeconds = z.coerce
  .number('must be a number of seconds')
  .int('must be whole seconds')
  .min(0, 'must not be negative')
  .max(TTL_SECONDS_MAX, `must be at most ${TTL_SECONDS_MAX}`);

/** Commas separate in the environment and on the command line; a file has lists. */
function listOf<T extends z.ZodType>(list: T) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
    list,
  );
}
