/** Changes of the node: one at a time, with the token asked for when the node wants one, and why it did not work. */

import { useCallback, useState } from 'preact/hooks';
import { type ApiClient, ApiError } from './api-client.ts';
import { useGround } from './console-context.tsx';

/** What a view needs to change something. */
export type NodeChange = {
  readonly busy: boolean;
  readonly error: ApiError | null;
  /** Resolves with null when it did not work; `error` then says why. */
  readonly change: <T>(make: (client: ApiClient) => Promise<T>) => Promise<T | null>;
};

const WHY = 'Changes need the token of this node.';

/** One change at a time. */
export function useChange(): NodeChange {
  const { client, node, askToken } = useGround();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const change = useCallback(
    async <T,>(make: (client: ApiClient) => Promise<T>): Promise<T | null> => {
      if (node?.needsToken === true && !client.hasToken && !(await askToken(WHY))) return null;
      setBusy(true);
      setError(null);
      try {
        return await make(client);
      } catch (caught) {
        setError(caught instanceof ApiError ? caught : new ApiError(0, 'it did not work'));
        return null;
      } finally {
        setBusy(false);
      }
    },
    [client, node, askToken],
  );
  return { busy, error, change };
}
