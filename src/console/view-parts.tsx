/** Small pieces that several views are made of: cards, states, empty words, sparklines, pagers. */

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { EndpointState } from './endpoint-state.ts';
import { fillOf, type RegionPaint } from './region-palette.ts';
import { sparkPath } from './sparkline.ts';
import type { TablePage } from './table-page.ts';

type CardInput = {
  readonly title: string;
  readonly id: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly kind?: string;
};

/** A titled part of a view. */
export function Card({ title, id, aside, children, kind = '' }: CardInput) {
  return (
    <section class={`card ${kind}`} aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

const SIGNS: Readonly<Record<EndpointState, string>> = { up: '●', down: '▼', unknown: '○', held: '◆' };

/** A state by sign, colour and word, so that no one of them is needed. */
export function StateMark({ state, word }: { readonly state: EndpointState; readonly word?: string }) {
  return (
    <span class={`state state-${state}`}>
      <span aria-hidden="true">{SIGNS[state]}</span> {word ?? (state === 'held' ? 'held back' : state)}
    </span>
  );
}

/** What is said where there is nothing, or where it could not be had. */
export function Quiet({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** A wide table in a narrow place: it scrolls by itself, also by keyboard. */
export function Scroll({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard (WCAG 2.1.1)
    <section class="scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}

/** Text as it came, which scrolls. */
export function RawText({ id, label, text }: { readonly id: string; readonly label: string; readonly text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard (WCAG 2.1.1)
    <section class="raw" tabIndex={0} aria-label={label}>
      <pre id={id}>{text}</pre>
    </section>
  );
}

/** A failure, in words, with a way to try again. */
export function Failure({ message, onRetry }: { readonly message: string; readonly onRetry?: () => void }) {
  return (
    <p class="failure" role="alert">
      {message}{' '}
      {onRetry !== undefined && (
        <button type="button" class="small" onClick={onRetry}>
          Try again
        </button>
      )}
    </p>
  );
}

/** The colour of a region, beside its name. */
export function Swatch({ paint }: { readonly paint: RegionPaint | undefined }) {
  return (
    <svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">
      <rect width="12" height="12" rx="3" fill={fillOf(paint)} />
    </svg>
  );
}

/** A line of latencies; `label` is what it says to those who do not see it. */
export function Sparkline({ points, label }: { readonly points: readonly (number | null)[]; readonly label: string }) {
  return (
    <svg class="spark" viewBox="-2 -2 94 24" preserveAspectRatio="none" role="img" aria-label={label}>
      <path d={sparkPath(points, 90, 20)} />
    </svg>
  );
}

const LETTERS: Readonly<Record<string, EndpointState>> = { u: 'up', d: 'down', h: 'held', p: 'held', '?': 'unknown' };

/** States over time as a strip; letters as in the node's history. */
export function StateStrip({ states }: { readonly states: string }) {
  const runs = [...states.matchAll(/(.)\1*/g)];
  const downs = runs.filter(([, letter]) => letter === 'd').length;
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${Math.max(1, states.length)} 10`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`went down ${downs} times in this window`}
    >
      {runs.map(({ 0: run, 1: letter = '', index }) => {
        const state = LETTERS[letter];
        if (state === undefined) return null;
        // Down stands lower than up, so that colour is not needed.
        const top = state === 'up' ? 0 : state === 'unknown' ? 3.5 : 4;
        const height = state === 'up' ? 10 : state === 'unknown' ? 3 : 6;
        return <rect key={index} class={`strip-${state}`} x={index} y={top} width={run.length} height={height} />;
      })}
    </svg>
  );
}

type FilterInput = {
  readonly value: string;
  /** What may be typed, in words. */
  readonly hint: string;
  readonly onFilter: (value: string) => void;
};

/** The field above a table by whose words rows are found; it tells every change. */
export function FilterField({ value, hint, onFilter }: FilterInput) {
  return (
    <label class="card-tools">
      <span class="unseen">Filter</span>
      <input
        type="search"
        placeholder={`Filter: ${hint}`}
        value={value}
        onInput={(event) => onFilter(event.currentTarget.value)}
      />
    </label>
  );
}

/** Which page of a table is shown, and the way to the others. */
export function Pager({
  page,
  onPage,
}: {
  readonly page: TablePage<unknown>;
  readonly onPage: (page: number) => void;
}) {
  if (page.pages === 1) return null;
  return (
    <nav class="pager" aria-label="Pages of the table">
      <button type="button" class="small" disabled={page.page === 0} onClick={() => onPage(page.page - 1)}>
        Previous
      </button>
      <span>
        {page.first}–{page.last} of {page.found}
      </span>
      <button type="button" class="small" disabled={page.page === page.pages - 1} onClick={() => onPage(page.page + 1)}>
        Next
      </button>
    </nav>
  );
}

/** The clock, every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
