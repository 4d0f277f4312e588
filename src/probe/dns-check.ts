/**
 * DNS check: one question over UDP, judged by its RCODE and by the records in its answer. A truncated answer is judged by what
 * it holds: an endpoint is asked for few records.
 *
 * Run by {@link runCheck}.
 */

import { present } from '../base/assert.ts';
import { typeCode } from '../wire/codes.ts';
import type { DnsExpectation } from '../zone/zone-model.ts';
import type { CheckAttempt } from './check-attempt.ts';
import { askDnsOverUdp, type DnsAnswer } from './dns-exchange.ts';
import { errorCode } from './failure-reason.ts';

/** The question's own timeout, after the attempt's, which is told in the same words for every kind of check. */
const GRACE_MS = 20;
const SYSTEM_ERROR = /^E[A-Z]/;

/** Asks the literal `address`. */
export function checkDns(attempt: CheckAttempt, address: string): void {
  const { spec } = attempt;
  const expected = present(spec.dns, 'the question of a DNS check');
  const question = {
    name: expected.qname,
    type: typeCode(expected.qtype),
    subnet: null,
    recursive: expected.recursive,
  };
  const sentMs = performance.now();
  attempt.stage = 'response';
  askDnsOverUdp({ address, port: spec.port }, question, attempt.remainingMs + GRACE_MS).then(
    (answer) => {
      if (!attempt.isOpen) return;
      attempt.serverMs = performance.now() - sentMs;
      const fault = faultOf(answer, expected);
      if (fault === null) attempt.pass();
      else attempt.fail(fault);
    },
    (error) => {
      // dns2's timeout, later than the attempt's own, which decides whose fault it is.
      if (errorCode(error) === 'ETIMEDOUT') return;
      // The system's errors come before anything is sent; what is said and cannot be read has none of its codes.
      if (SYSTEM_ERROR.test(errorCode(error))) attempt.abstainBy(error);
      else attempt.fail('malformed answer');
    },
  );
}

function faultOf(answer: DnsAnswer, { qtype, rcode, answers }: DnsExpectation): string | null {
  if (answer.rcode !== rcode) return `rcode ${answer.rcode}`;
  // Case matters in text and not in names (RFC 4343).
  const folded = (data: string) => (qtype === 'TXT' ? data : data.toLowerCase());
  const found = new Set(answer.answer.filter((record) => record.type === qtype).map((record) => folded(record.data)));
  const missing = answers.find((data) => !found.has(folded(data)));
  if (missing === undefined) return null;
  return answer.flags.includes('tc') ? 'truncated answer lacks expected record' : 'answer lacks expected record';
}
