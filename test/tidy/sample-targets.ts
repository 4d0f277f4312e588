/** Where the checks of a sample zone's endpoints would go. */

/** The part of a zone file that says so. */
export type ZoneDocument = Readonly<Record<string, ZoneRecord | readonly ZoneRecord[]>>;

export type ZoneRecord = {
  readonly dynamic?: { readonly pools?: Readonly<Record<string, { readonly values?: readonly Endpoint[] }>> };
  readonly octodns?: { readonly meridian?: { readonly healthcheck?: { readonly target?: unknown } } };
};

type Endpoint = { readonly value: string; readonly status?: string };

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** True for `status: up` and `status: down`, which no agent looks at. */
export function isServedUnchecked(endpoint: Endpoint): boolean {
  return endpoint.status === 'up' || endpoint.status === 'down';
}

/** True when the check of `value` stays on this machine: by the record's `target`, else by the value itself. */
export function isLoopbackTarget(record: ZoneRecord, value: string): boolean {
  return LOOPBACK.test(String(record.octodns?.meridian?.healthcheck?.target ?? value));
}
