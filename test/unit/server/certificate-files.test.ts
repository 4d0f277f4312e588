import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TLS_FILE_BYTES_MAX } from '../../../src/base/limits.ts';
import { CertificateFiles } from '../../../src/server/certificate-files.ts';
import { pem, TLS_FILES } from '../../tools/tls-files.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const open = () => new CertificateFiles(at('cert.pem'), at('key.pem'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-certificate-'));
  copyFileSync(TLS_FILES.cert, at('cert.pem'));
  copyFileSync(TLS_FILES.key, at('key.pem'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('CertificateFiles', () => {
  it('reads a pair and says where to watch', () => {
    const files = open();
    expect(files.current).toEqual({ cert: pem(TLS_FILES.cert), key: pem(TLS_FILES.key) });
    expect(files.directories).toEqual([folder, folder]);
    expect(files.look()).toBe('same');
    expect(files.expiresMs).toBeGreaterThan(Date.parse('2026-01-01'));
    expect(files.warnings(Date.parse('2026-01-01'))).toEqual([]);
  });

  it('takes a renewed certificate into force', () => {
    const files = open();
    copyFileSync(TLS_FILES.otherCert, at('cert.pem'));
    expect(files.look()).toBe('renewed');
    expect(files.current.cert).toBe(pem(TLS_FILES.otherCert));
  });

  it.each([
    ['half a certificate', () => writeFileSync(at('cert.pem'), pem(TLS_FILES.otherCert).slice(0, 300))],
    ['an empty key', () => writeFileSync(at('key.pem'), '')],
    ['the key of another certificate', () => copyFileSync(TLS_FILES.authority, at('cert.pem'))],
    ['no file', () => rmSync(at('key.pem'))],
    ['a file without end', () => writeFileSync(at('cert.pem'), Buffer.alloc(TLS_FILE_BYTES_MAX + 1, 65))],
  ])('keeps the last good pair over %s, tells it once and warns until it is good again', (_, spoil) => {
    const files = open();
    const before = files.current;
    spoil();
    const look = files.look();
    expect(look).toEqual({ fault: expect.stringContaining('the certificate before stays in force') });
    expect(files.look()).toBe('same');
    expect(files.current).toBe(before);
    expect(files.warnings(Date.parse('2026-01-01'))).toHaveLength(1);
    copyFileSync(TLS_FILES.cert, at('cert.pem'));
    copyFileSync(TLS_FILES.key, at('key.pem'));
    expect(files.look()).toBe('same');
    expect(files.warnings(Date.parse('2026-01-01'))).toEqual([]);
  });

  it('never puts a private key into a fault', () => {
    const files = open();
    writeFileSync(at('cert.pem'), pem(TLS_FILES.key));
    const look = files.look();
    expect(typeof look === 'object' && look.fault).not.toContain(pem(TLS_FILES.key).split('\n')[1]);
  });

  it('throws when there never was a good pair', () => {
    writeFileSync(at('key.pem'), 'x');
    expect(open).toThrow(/cert\.pem and .*key\.pem are no certificate with its key/);
  });

  it('warns of a certificate that has ended, or will within days', () => {
    copyFileSync(TLS_FILES.expiredCert, at('cert.pem'));
    expect(open().warnings(Date.parse('2026-01-01'))[0]).toMatch(/cert\.pem ended at 2021-.*: renew it/);
    copyFileSync(TLS_FILES.cert, at('cert.pem'));
    const warnings = open().warnings(Date.parse('2119-12-31'));
    expect(warnings[0]).toMatch(/ends at/);
  });
});
