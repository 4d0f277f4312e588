/** A zone whose answers are counted: `www`, static, and `steered`, out of one pool. No endpoint is checked: nothing leaves loopback. */
export function countedZone(address: string): string {
  return `---
www: {type: A, value: ${address}}
steered:
  type: A
  value: 127.0.0.9
  dynamic:
    pools:
      main: {values: [{value: 127.0.0.1, status: up}]}
    rules: [{pool: main}]
`;
}
