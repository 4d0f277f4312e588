/**
 * Which view is open, and with what: the fragment of the address. A view can so be bookmarked, sent to a colleague and left with the
 * browser's own back button. `#/explain?name=www.example.com&client=192.0.2.1`
 */

/** The views in the order of the navigation; the first is where one lands. */
export const VIEWS = ['world', 'endpoints', 'explain', 'what-if', 'shifts', 'zones', 'cluster', 'events'] as const;
export type View = (typeof VIEWS)[number];

/** An open view and what it was asked. */
export type Route = { readonly view: View; readonly query: Readonly<Record<string, string>> };

/** The route of a fragment, with or without its `#`; whatever is not understood is the first view. */
export function readRoute(fragment: string): Route {
  const [path = '', query = ''] = fragment.replace(/^#?\/?/, '').split('?', 2);
  const view = VIEWS.find((known) => known === path) ?? VIEWS[0];
  return { view, query: Object.fromEntries(new URLSearchParams(query)) };
}

/** The fragment of a route; parts that are empty are left out. */
export function writeRoute(view: View, query: Readonly<Record<string, string>> = {}): string {
  const told = Object.entries(query).filter(([, value]) => value !== '');
  return `#/${view}${told.length === 0 ? '' : `?${new URLSearchParams(told)}`}`;
}
