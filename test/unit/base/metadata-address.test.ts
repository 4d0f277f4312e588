import { describe, expect, it } from 'vitest';
import { isMetadataAddress } from '../../../src/base/metadata-address.ts';

describe('addresses where clouds keep credentials', () => {
  it.each([
    '169.254.169.254',
    '169.254.0.0',
    '169.254.255.255',
    'fe80::1',
    'febf::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    'fd20:ce::254',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
  ])('%s is one', (address) => expect(isMetadataAddress(address)).toBe(true));

  it.each([
    '169.253.255.255',
    '169.255.0.0',
    '10.0.0.1',
    'fec0::1',
    'fd00:ec3::254',
    '::1',
    '2001:db8::a9fe:a9fe',
    'host.example',
  ])('%s is none', (address) => expect(isMetadataAddress(address)).toBe(false));
});
