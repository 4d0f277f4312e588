/**
 * Loaded before a program (`--import`): its wall clock jumps at each SIGUSR2, to the next of the offsets in TEST_CLOCK_JUMPS
 * (milliseconds, with commas), as when somebody sets the machine's clock. The monotonic clock goes on as it does then.
 */

const RealDate = Date;
const jumps = (process.env.TEST_CLOCK_JUMPS ?? '').split(',').map(Number);
let aheadMs = 0;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + aheadMs);
    else super(...args);
  }

  static now() {
    return RealDate.now() + aheadMs;
  }
};

process.on('SIGUSR2', () => {
  aheadMs = jumps.shift() ?? aheadMs;
});
