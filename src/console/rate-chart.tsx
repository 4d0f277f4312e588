/** Queries per second over the last quarter of an hour, drawn by uplot, which comes behind the page as a file of its own. */

import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { amountText, clockText } from './figures.ts';

/** A point of the line: seconds of the wall clock, and queries per second. */
export type RatePoint = { readonly atMs: number; readonly rate: number | null };

const HEIGHT = 132;

/** The line; the number itself stands beside it in text. */
export function RateChart({ points }: { readonly points: readonly RatePoint[] }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef(points);
  latest.current = points;
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let isShown = true;
    let observer: ResizeObserver | null = null;
    void import('uplot').then(({ default: Chart }) => {
      if (!isShown) return;
      chart.current = new Chart(optionsFor(element), dataOf(latest.current), element);
      observer = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
      observer.observe(element);
    });
    return () => {
      isShown = false;
      observer?.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);
  useEffect(() => chart.current?.setData(dataOf(points)), [points]);
  const last = points.findLast(({ rate }) => rate !== null)?.rate ?? null;
  return <div class="rate" ref={box} role="img" aria-label={`queries per second, now ${amountText(last)}`} />;
}

function dataOf(points: readonly RatePoint[]): uPlot.AlignedData {
  return [points.map(({ atMs }) => atMs / 1000), points.map(({ rate }) => rate)];
}

/** Colours are asked for at each drawing, so that the switch between light and dark needs nothing here. */
function optionsFor(element: HTMLElement): uPlot.Options {
  const colour = (name: string) => () => getComputedStyle(element).getPropertyValue(name);
  const axis = {
    stroke: colour('--quiet'),
    font: '11px system-ui, sans-serif',
    ticks: { show: false },
    grid: { stroke: colour('--line'), width: 1 },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, max) => [0, Math.max(1, (max ?? 0) * 1.15)] } },
    axes: [
      { ...axis, size: 24, grid: { show: false }, space: 80, values: (_, ticks) => timeTexts(ticks) },
      { ...axis, size: 44, space: 34, values: (_, ticks) => ticks.map((tick) => amountText(tick)) },
    ],
    series: [
      {},
      {
        stroke: colour('--accent'),
        fill: colour('--accent-wash'),
        width: 1.75,
        points: { show: false },
        spanGaps: false,
      },
    ],
  };
}

/** Hours and minutes; seconds too where ticks are less than a minute apart. */
function timeTexts(ticks: readonly number[]): string[] {
  const isFine = ticks.length > 1 && ticks[1]! - ticks[0]! < 60;
  return ticks.map((tick) => clockText(tick * 1000).slice(0, isFine ? 8 : 5));
}
