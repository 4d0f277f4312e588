/** The part of dns-packet 5 that tests use; the package ships no types. */
declare module 'dns-packet' {
  export type Question = { name: string; type: string; class?: string };
  /** Fields beyond these depend on the type, see the package's README. */
  export type Answer = { name: string; type: string; class?: string; ttl?: number; data?: unknown };
  export type OptOption = { code: number | string; type?: string; data?: Uint8Array; [field: string]: unknown };
  export type OptAnswer = {
    name: string;
    type: 'OPT';
    udpPayloadSize: number;
    extendedRcode: number;
    ednsVersion: number;
    flags: number;
    flag_do?: boolean;
    options: OptOption[];
  };
  export type Packet = {
    type?: 'query' | 'response';
    id?: number;
    flags?: number;
    questions?: Question[];
    answers?: Answer[];
    authorities?: Answer[];
    additionals?: (Answer | Partial<OptAnswer>)[];
  };
  export type DecodedPacket = {
    type: 'query' | 'response';
    id: number;
    flags: number;
    flag_qr: boolean;
    opcode: string;
    flag_aa: boolean;
    flag_tc: boolean;
    flag_rd: boolean;
    flag_ra: boolean;
    flag_z: boolean;
    flag_ad: boolean;
    flag_cd: boolean;
    rcode: string;
    questions: Required<Question>[];
    answers: Answer[];
    authorities: Answer[];
    additionals: (Answer | OptAnswer)[];
  };
  type Codec<T> = {
    encode(value: T, buffer?: Uint8Array | null, offset?: number): Buffer;
    decode(buffer: Uint8Array, offset?: number): T;
    encodingLength(value: T): number;
  };
  export const AUTHORITATIVE_ANSWER: number;
  export const TRUNCATED_RESPONSE: number;
  export const RECURSION_DESIRED: number;
  export const RECURSION_AVAILABLE: number;
  export const AUTHENTIC_DATA: number;
  export const CHECKING_DISABLED: number;
  export const DNSSEC_OK: number;
  export function encode(packet: Packet, buffer?: Uint8Array | null, offset?: number): Buffer;
  /** `bytes`: octets that the last call read. */
  export const decode: ((buffer: Uint8Array, offset?: number) => DecodedPacket) & { bytes: number };
  export const name: Codec<string>;
  export const answer: Codec<Answer>;
  /** The codec of the RDATA of a type (its leading two octets are the RDATA's length). */
  export function record(type: string): Codec<unknown>;
}
