/** The disk had no room for records, and what was written of them is taken back: the log takes others as soon as there is room. */
export class LogFull extends Error {
  override readonly name = 'LogFull'

  constructor(directory: string, cause: unknown) {
    super(
      `The log ${directory} could not take these records: its disk is full. Make room; then it takes records again.`,
      {
        cause,
      },
    )
  }
}
