/** `biwa diff`: what `biwa up` would change on a lake to make it what a file defines. */
import { planText } from '../define/plan-text.ts'
import type { Terminal } from '../world/terminal.ts'
import { type Command, readNamed } from './command.ts'
import { loadDefinition } from './definition-file.ts'
import { withLake } from './definition-lake.ts'

export const diff: Command = {
  help: `usage: biwa diff <lake.ts> [options]

Shows what would change on a lake if it were made what the file defines. Nothing is changed. The lake is the one that runs
on the data directory; where none does, that directory is opened meanwhile, and what has fallen due in it runs. Ends with 0 when there is nothing to do, with 3 when there is something.

  --data <directory>     .biwa; or the server that AWS_ENDPOINT_URL names, where --data is not given
`,

  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const { name, options } = readNamed(words, 'definition file', { data: { type: 'string' } })
    const definition = await loadDefinition(name, terminal)
    return withLake(terminal, options.data, async lake => {
      const plan = await lake.plan(definition)
      terminal.out(`${name}, and ${lake.where}:\n\n${planText(plan)}\n`)
      return plan.steps.every(({ act }) => act === 'keep') ? 0 : 3
    })
  },
}
