/**
 * First thing of `npm test`, in JavaScript that any Node reads: the rest is TypeScript, which only Node 22.18, 23.6 and later run
 * as it is. `npm ci` puts a fitting Node into node_modules/.bin (root optionalDependencies), so this speaks only where
 * that was left out or does not exist for the machine.
 */

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const runsTypeScript = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);

if (!runsTypeScript) {
  console.error(
    `tests: Node ${process.versions.node} cannot run TypeScript: run "npm ci" with optional dependencies, or use Node 22.18 or later`,
  );
  process.exit(1);
}
