import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOAD_REPORT_BYTES_MAX, LOAD_VALID_SECONDS_MAX } from '../../../src/base/limits.ts';
import {
  decodeLoad,
  encodeLoad,
  parseLoadHeader,
  parseLoadJson,
  readLoadObject,
} from '../../../src/health/load-report.ts';

const NOTHING = {
  current: null,
  target: null,
  max: null,
  utilisation: null,
  requestsPerSecond: null,
  errorsPerSecond: null,
  validSeconds: 60,
};

describe('a load report in JSON', () => {
  it.each([
    [
      { current: 412, target: 800, max: 1200 },
      { current: 412, target: 800, max: 1200 },
    ],
    [
      { current: 0, valid_s: 15 },
      { current: 0, validSeconds: 15 },
    ],
    [{ cpu_utilization: 0.3, mem_utilization: 0.9 }, { utilisation: 0.3 }],
    [{ cpu_utilization: 0.3, application_utilization: 0.7 }, { utilisation: 0.7 }],
    [{ cpu_utilization: 0.3, application_utilization: 0 }, { utilisation: 0.3 }],
    [
      { rps_fractional: 120.5, eps: 1.5 },
      { requestsPerSecond: 120.5, errorsPerSecond: 1.5 },
    ],
    [
      { cpuUtilization: 1.2, namedMetrics: { connections: 7 } },
      { utilisation: 1.2, current: 7 },
    ],
    [{ current: 3, named_metrics: { connections: 7, queue: -4 } }, { current: 3 }],
    [{ current: 3, hostname: 'a1', uptime: '5d' }, { current: 3 }],
  ])('%j is read', (json, fields) => {
    expect(parseLoadJson(JSON.stringify(json))).toEqual({ ...NOTHING, ...fields });
  });

  it.each([
    ['', 'not JSON'],
    ['[1]', 'not an object'],
    ['null', 'not an object'],
    ['{}', 'tells no load'],
    ['{"target": 5}', 'tells no load'],
    ['{"current": 5, "target": 0}', '"target" is no number in its range'],
    ['{"current": -1}', '"current" is no number in its range'],
    ['{"current": "5"}', '"current" is no number in its range'],
    ['{"current": 1e999}', '"current" is no number in its range'],
    ['{"current": 5, "eps": null}', '"eps" is no number in its range'],
    ['{"current": 5, "target": 9, "max": 8}', '"target" is over "max"'],
    ['{"current": 5, "mem_utilization": 1.1}', '"mem_utilization" is no number in its range'],
    ['{"current": 5, "valid_s": 0}', '"valid_s" is no number in its range'],
    [`{"current": 5, "valid_s": ${LOAD_VALID_SECONDS_MAX + 1}}`, '"valid_s" is no number in its range'],
    ['{"cpu_utilization": 0.5, "cpuUtilization": 0.6}', '"cpu_utilization" is said twice'],
    ['{"current": 5, "named_metrics": [1]}', '"named_metrics" is no map of numbers in its range'],
    ['{"current": 5, "named_metrics": {"a": "b"}}', '"named_metrics" is no map of numbers in its range'],
    ['{"current": 5, "utilization": {"disk": 2}}', '"utilization" is no map of numbers in its range'],
    [
      `{"current": 5, "x": "${'x'.repeat(LOAD_REPORT_BYTES_MAX)}"}`,
      `longer than LOAD_REPORT_BYTES_MAX (${LOAD_REPORT_BYTES_MAX})`,
    ],
  ])('%j is refused whole', (text, fault) => {
    expect(parseLoadJson(text)).toEqual({ fault });
  });

  it('is bounded in what it may list', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`m${i}`, i]));
    expect(parseLoadJson(JSON.stringify({ current: 1, named_metrics: many }))).toHaveProperty('fault');
  });

  it('never throws, and what it takes survives the way through Redis', () => {
    const keys = [
      'current',
      'target',
      'cpu_utilization',
      'rps_fractional',
      'eps',
      'valid_s',
      'named_metrics',
      '__proto__',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), fc.oneof(fc.double(), fc.jsonValue())), (json) => {
        const report = parseLoadJson(JSON.stringify(json));
        if ('fault' in report) return;
        const sample = { ...report, ageMs: 12 };
        expect(decodeLoad(JSON.parse(JSON.stringify(encodeLoad(sample))))).toEqual(sample);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseLoadHeader(`TEXT ${text}`)));
  });
});

it('a load report in an object reads as its JSON does', () => {
  for (const json of [{ current: 4, target: 8, x: 'y' }, { cpuUtilization: 0.5 }, { current: -1 }, {}])
    expect(readLoadObject(json)).toEqual(parseLoadJson(JSON.stringify(json)));
});

describe('a load report in a header', () => {
  it.each([
    [
      'TEXT cpu_utilization=0.3, rps_fractional=10,eps=1',
      { utilisation: 0.3, requestsPerSecond: 10, errorsPerSecond: 1 },
    ],
    ['TEXT application_utilization=.7,named_metrics.connections=412', { utilisation: 0.7, current: 412 }],
    ['JSON {"cpu_utilization": 0.3}', { utilisation: 0.3 }],
    ['TEXT current=4, target=8', { current: 4, target: 8 }],
  ])('%s is read', (value, fields) => {
    expect(parseLoadHeader(value)).toEqual({ ...NOTHING, ...fields });
  });

  it.each([
    ['', 'neither JSON nor TEXT'],
    ['BIN CAES', 'neither JSON nor TEXT'],
    ['cpu_utilization=0.3', 'neither JSON nor TEXT'],
    ['TEXT', 'not name=number, name=number …'],
    ['TEXT cpu_utilization', 'not name=number, name=number …'],
    ['TEXT cpu_utilization=high', '"cpu_utilization" is no number in its range'],
    ['TEXT cpu_utilization=Infinity', '"cpu_utilization" is no number in its range'],
    ['TEXT eps=1,eps=2,current=1', '"eps" is said twice'],
    ['TEXT named_metrics.a=1,named_metrics.a=2', '"named_metrics" says one key twice'],
    ['TEXT named_metrics=1,current=2', '"named_metrics" is no map of numbers in its range'],
    ['JSON cpu', 'not JSON'],
  ])('%j is refused whole', (value, fault) => {
    expect(parseLoadHeader(value)).toEqual({ fault });
  });
});
