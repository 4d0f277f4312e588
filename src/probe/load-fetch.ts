/**
 * The load report of an endpoint whose check has a `load_path`: a second request, on a connection of its own, made when the check
 * has passed and within what is left of the check's time. Whatever comes of it says nothing of the endpoint's health.
 *
 * Run by {@link runCheck}.
 */

import type { IncomingMessage } from 'node:http';
import { LOAD_REPORT_BYTES_MAX } from '../base/limits.ts';
import type { RecordFault } from '../health/json-record.ts';
import { type LoadReport, parseLoadJson } from '../health/load-report.ts';
import type { CheckSpec } from '../zone/zone-model.ts';
import { CheckAttempt } from './check-attempt.ts';
import { checkHttp } from './http-check.ts';

/** What `path` of the endpoint at the literal `address` reports within `timeoutMs`, or why nothing. Never rejects. */
export async function fetchLoad(
  spec: CheckSpec,
  path: string,
  address: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<LoadReport | RecordFault> {
  const request = { ...spec, path, method: 'GET', timeoutMs: Math.max(1, timeoutMs) };
  const attempt = new CheckAttempt(request, signal);
  let body = '';
  checkHttp(attempt, address, (_, response) => readBody(attempt, response, (text) => (body = text)));
  const { outcome, reason } = await attempt.settled;
  return outcome === 'ok' ? parseLoadJson(body) : { fault: reason };
}

function readBody(attempt: CheckAttempt, response: IncomingMessage, keep: (text: string) => void): void {
  attempt.stage = 'body';
  response.on('error', (error) => attempt.failBy(error));
  if (response.statusCode !== 200) {
    attempt.fail(`status ${response.statusCode ?? 0}`);
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > LOAD_REPORT_BYTES_MAX) attempt.fail(`longer than LOAD_REPORT_BYTES_MAX (${LOAD_REPORT_BYTES_MAX})`);
    else chunks.push(chunk);
  });
  response.on('end', () => {
    keep(Buffer.concat(chunks).toString('utf8'));
    attempt.pass();
  });
}
