// What parts count as they work, under CloudWatch's names: an interface, and the form that counts nothing. Keeping the
// figures and showing them is observe/metrics' business.

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export type Unit = 'Count' | 'Bytes' | 'Milliseconds' | 'Seconds' | 'Percent' | 'None'

/** What one series of figures is. */
export interface MetricName {
  readonly account: string
  readonly region: string
  /** `AWS/Kinesis` */
  readonly namespace: string
  /** `IncomingRecords` */
  readonly name: string
  /** `{ StreamName: 'temperature-stream' }` */
  readonly dimensions: Readonly<Record<string, string>>
  readonly unit: Unit
}

/** Made once by whoever counts, and kept: adding is cheap. */
export interface Series {
  /** One sample of CloudWatch's: its minimum, maximum, sum and number of samples follow from these. */
  add(value: number): void
  /** Forgets it, when what it tells of is gone. */
  end(): void
}

export interface Meter {
  /** The same name gives the same series. */
  series(metric: MetricName): Series
}

export class NoMeter implements Meter {
  series(): Series {
    return { add() {}, end() {} }
  }
}
