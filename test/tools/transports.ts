/** Ways to read UDP that this machine has: every black-box suite about packets runs once for each. */

const ONLY = process.env.MERIDIAN_TEST_TRANSPORT;

/** Values of `--transport`; MERIDIAN_TEST_TRANSPORT narrows them to one. */
export const TRANSPORTS: readonly string[] =
  ONLY !== undefined ? [ONLY] : process.platform === 'linux' ? ['mmsg', 'dgram'] : ['dgram'];
