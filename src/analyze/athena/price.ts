/**
 * What Amazon Athena would charge for a SELECT: $5 a terabyte, at least 10 MB a query, rounded up to the megabyte.
 * DDL and failed queries cost nothing there. https://aws.amazon.com/athena/pricing/
 */
const megabyte = 2 ** 20
const dollarsPerTerabyte = 5
const megabytesMin = 10

/** US dollars. */
export function priceOf(scannedBytes: number): number {
  const megabytes = Math.max(megabytesMin, Math.ceil(scannedBytes / megabyte))
  return (megabytes / 2 ** 20) * dollarsPerTerabyte
}
