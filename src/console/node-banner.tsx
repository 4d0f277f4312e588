/** What must not be overlooked: that what is shown is old, that the node holds or checks by itself, that a file is refused. */

import { useGround, useLive } from './console-context.tsx';
import { clockText, countText, durationText } from './figures.ts';
import { writeRoute } from './page-route.ts';

const MODES: Readonly<Record<string, string>> = {
  HOLD: 'HOLD: the node keeps the last verdicts frozen. What is shown of health is of before',
  SELF: 'SELF: the node hears no agents and goes by its own checks',
  BLIND: 'BLIND: the node knows nothing of health and serves every endpoint',
};

/** Warnings on top of every view; nothing when all is well. */
export function NodeBanner({ error }: { readonly error: string | null }) {
  const { feed, node, askToken } = useGround();
  const live = useLive(feed);
  const mode = live.pulses.at(-1)?.mode ?? node?.mode ?? 'NORMAL';
  const reason = live.pulses.at(-1)?.modeReason ?? node?.modeReason ?? null;
  const refused = node === null ? 0 : node.zones.refused + node.zones.lastGood;
  if (live.needsToken) {
    return (
      <div class="banner banner-warn" role="alert">
        <strong>This node wants its token.</strong> It shows nothing without.{' '}
        <button type="button" onClick={() => void askToken('The node shows itself only to those who have its token.')}>
          Enter the token
        </button>
      </div>
    );
  }
  return (
    <>
      {live.link === 'stale' && (
        <div class="banner banner-bad" role="alert">
          <strong>Not live: {live.trouble ?? error ?? 'no word from the node'}.</strong>{' '}
          {live.heardAtMs !== null && `Everything below is as of ${clockText(live.heardAtMs)}. `}
          The page tries again by itself.
        </div>
      )}
      {mode !== 'NORMAL' && (
        <div class="banner banner-warn" role="alert">
          <strong>{MODES[mode] ?? mode}</strong>
          {reason !== null && ` (${reason}${node === null ? '' : `, for ${durationText(node.modeHeldMs / 1000)}`})`}.
          {node?.storeTrouble != null && ` Store: ${node.storeTrouble}.`}
        </div>
      )}
      {refused > 0 && (
        <div class="banner banner-warn" role="alert">
          <strong>{refused === 1 ? 'A zone file has faults' : `${refused} zone files have faults`}.</strong>{' '}
          {node!.zones.refused > 0
            ? `${countText(node!.zones.refused, 'zone is', 'zones are')} not served.`
            : 'The last good version is served.'}{' '}
          <a href={writeRoute('zones')}>See the faults</a>
        </div>
      )}
    </>
  );
}
