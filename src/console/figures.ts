/** Numbers and times in the words of the page: short, of one kind everywhere, and a dash for what is not known. */

const UNKNOWN = '–';

/** `37 %`, `0.4 %`, `< 0.1 %`; a share is 0..1. */
export function percentText(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return UNKNOWN;
  const percent = share * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.1) return '< 0.1 %';
  return `${percent < 10 ? Number(percent.toFixed(1)) : Math.round(percent)} %`;
}

/** `12`, `4,210`, `1.2 M`. */
export function amountText(amount: number | null | undefined): string {
  if (amount === null || amount === undefined || !Number.isFinite(amount)) return UNKNOWN;
  if (Math.abs(amount) >= 1e6) return `${Number((amount / 1e6).toPrecision(3))} M`;
  if (Math.abs(amount) >= 100 || Number.isInteger(amount)) return Math.round(amount).toLocaleString('en');
  return String(Number(amount.toPrecision(3)));
}

/** `0.4 ms`, `83 ms`. */
export function millisecondsText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return UNKNOWN;
  return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
}

/** `8 s`, `4 min 05 s`, `2 h 10 min`, `3 d 4 h`: two units at most, never negative. */
export function durationText(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return UNKNOWN;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** `14:03:09` in the reader's own time zone. */
export function clockText(atMs: number): string {
  const at = new Date(atMs);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** `1 endpoint`, `3 endpoints`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${amountText(count)} ${count === 1 ? one : many}`;
}
