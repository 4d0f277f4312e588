import { expect, it } from 'vitest';
import { nextTheme } from '../../../src/console/page-theme.ts';

it('goes round all themes and back to that of the system', () => {
  expect([nextTheme('auto'), nextTheme('light'), nextTheme('dark')]).toEqual(['light', 'dark', 'auto']);
});
