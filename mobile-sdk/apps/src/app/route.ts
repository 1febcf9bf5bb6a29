import { signal } from '@preact/signals';

/** Where the page is. It stands behind `#`, so that a reload and the browser's back lead to the same place. */
export type Route = { page: 'home' } | { page: 'record'; session: string };

export function parse(hash: string): Route {
  const match = /^#\/record\/([0-9a-zA-Z-]+)$/.exec(hash);
  return match?.[1] ? { page: 'record', session: match[1] } : { page: 'home' };
}

export const hashOf = (route: Route): string =>
  route.page === 'record' ? `#/record/${route.session}` : '#/';

export const route = signal<Route>({ page: 'home' });

export function watchRoute(): void {
  const read = () => {
    route.value = parse(location.hash);
  };
  window.addEventListener('hashchange', read);
  read();
}

export function goTo(next: Route): void {
  location.hash = hashOf(next);
}
