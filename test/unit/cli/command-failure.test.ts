import { expect, it } from 'vitest';
import { CommandFailure, ExitCode, usageFailure, workFailure } from '../../../src/cli/command-failure.ts';

it('wrong usage ends with 2, failed work with 1', () => {
  expect(usageFailure('x')).toBeInstanceOf(CommandFailure);
  expect(usageFailure('x').exitCode).toBe(2);
  expect(workFailure('x').exitCode).toBe(1);
  expect(ExitCode).toEqual({ GOOD: 0, FAILED: 1, USAGE: 2 });
});
