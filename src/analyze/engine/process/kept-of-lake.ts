// What this process keeps of a lake's files and tables from one task to the next. A process goes from lake to lake, and two
// lakes of one seed may give other things the same names, so all of it is forgotten when another lake's task comes.

const forgetting: (() => void)[] = []

/** `forget` is called before another lake's first task. */
export function keptOfLake(forget: () => void): void {
  forgetting.push(forget)
}

export function forgetLake(): void {
  for (const forget of forgetting) forget()
}
