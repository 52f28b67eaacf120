/** `biwa down`: takes away what a definition made; data only when told so. */
import { planText } from '../define/plan-text.ts'
import type { Terminal } from '../world/terminal.ts'
import { type Command, readNamed } from './command.ts'
import { loadDefinition } from './definition-file.ts'
import { withLake } from './definition-lake.ts'

export const down: Command = {
  help: `usage: biwa down <lake.ts> [options]

Removes from a lake what the file's definition made: streams, deliveries, jobs, tables, roles. Buckets and streams that hold
data stay, unless --with-data is given. Without --yes it only shows what it would do.

  --yes                  do it
  --with-data            buckets and streams too, with all that is in them
  --data <directory>     .biwa; or the server that AWS_ENDPOINT_URL names, where --data is not given
`,

  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const { name, options } = readNamed(words, 'definition file', {
      yes: { type: 'boolean', default: false },
      'with-data': { type: 'boolean', default: false },
      data: { type: 'string' },
    })
    const definition = await loadDefinition(name, terminal)
    const how = { data: options['with-data'] }
    return withLake(terminal, options.data, async lake => {
      const plan = await (options.yes ? lake.takeDown(definition, how) : lake.planDown(definition, how))
      terminal.out(`${name}, and ${lake.where}:\n\n${planText(plan)}\n`)
      const acts = plan.steps.some(({ act }) => act !== 'keep')
      if (acts) terminal.out(options.yes ? 'Done.\n' : 'Nothing was done. --yes does it.\n')
      return 0
    })
  },
}
