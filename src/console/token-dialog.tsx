/** Asks for the node's token, once: it is kept in memory until the page is closed. */

import { useEffect, useRef, useState } from 'preact/hooks';

type Input = { readonly why: string; readonly onDone: (token: string | null) => void };

/** The dialog; the browser keeps the keyboard inside it and Escape leaves it. */
export function TokenDialog({ why, onDone }: Input) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [token, setToken] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="token-title" onCancel={() => onDone(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() !== '') onDone(token);
        }}
      >
        <h2 id="token-title">Token</h2>
        <p>{why} It stays in the memory of this page and is gone when you close it.</p>
        <label>
          MERIDIAN_ADMIN_TOKEN or --admin-token-file; else the file admin-token in the node's state directory
          <input
            type="password"
            autoComplete="off"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <div class="actions">
          <button type="button" onClick={() => onDone(null)}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={token.trim() === ''}>
            Use it
          </button>
        </div>
      </form>
    </dialog>
  );
}
