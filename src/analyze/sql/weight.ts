// How much of a text there is once the engine has put its macros in, and how often each place of a template ($1, $2 …) then
// stands there. A macro writes an argument as often as its body names it, so calls inside of calls grow by their product.
import { parametersOf } from './macros.ts'

interface Scanned {
  /** In characters. */
  readonly weight: number
  /** Of each place, from the first one. What a lambda names is made for each of its items, which counts as twice. */
  readonly uses: readonly number[]
}

const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|->|[()[\]{},]|\$\d*\*?|\w+\(?|\S/g

/** One bracket that is open. */
interface Open {
  /** Of the macro whose arguments stand in it. */
  readonly macro: Scanned | undefined
  /** How often what holds the bracket stands there. */
  readonly times: number
  place: number
}

/** `places`: how many the text has. */
export function scanned(text: string, places: number): Scanned {
  const uses = new Array<number>(places).fill(0)
  const open: Open[] = []
  let weight = 0
  let times = 1
  const timesIn = ({ macro, times: outer, place }: Open) => outer * (macro?.uses[place] ?? 1)
  for (const [token] of text.matchAll(tokens)) {
    const last = open.at(-1)
    weight += token.length * times
    if (token === ',' && last !== undefined) {
      last.place += 1
      times = timesIn(last)
    } else if (token === '->') {
      times *= 2
    } else if (token === ')' || token === ']' || token === '}') {
      times = open.pop()?.times ?? 1
    } else if (token.endsWith('(') || token === '[' || token === '{') {
      const macro = token.length > 1 ? macroOf(token.slice(0, -1)) : undefined
      weight += (macro?.weight ?? 0) * times
      open.push({ macro, times, place: 0 })
      times = timesIn({ macro, times, place: 0 })
    } else if (token.startsWith('$')) {
      const first = Number(/\d+/.exec(token)?.[0] ?? 1) - 1
      const end = token.endsWith('*') ? places : first + 1
      for (let place = first; place < end; place++) uses[place] = (uses[place] ?? 0) + times
    }
  }
  return { weight, uses }
}

const known = new Map<string, Scanned | undefined>([
  // The engine's own macros that name an argument twice.
  ['nullif', { weight: 0, uses: [2, 1] }],
  ['array_to_string', { weight: 0, uses: [2, 1] }],
])

function macroOf(name: string): Scanned | undefined {
  if (known.has(name)) return known.get(name)
  const macro = parametersOf(name)
  const made = macro && scanned(macro.template, macro.count)
  known.set(name, made)
  return made
}
