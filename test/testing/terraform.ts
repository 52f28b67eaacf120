/**
 * Terraform with its AWS provider, unmodified, in a folder of its own against a lake. Its providers come from a folder
 * (`BIWA_TERRAFORM_PLUGINS`, or /<somewhere>/tf-plugins), for the tests download nothing.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, globSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { works } from './works.ts'

const execute = promisify(execFile)
const [plugins] = [process.env.BIWA_TERRAFORM_PLUGINS, ...globSync('/*/tf-plugins')].filter(path => path !== undefined)

/** Pass as a test's `skip`. */
export const withoutTerraform = (await works('terraform', ['version']))
  ? plugins === undefined && 'no folder of Terraform providers'
  : 'terraform is not installed'

export interface Terraform {
  /** `terraform` with these words, which must succeed; its output. */
  run(...words: readonly string[]): Promise<string>
  close(): Promise<void>
}

/** In a folder of its own with the files of that fixture. */
export async function initialised(url: string, fixture: string): Promise<Terraform> {
  const folder = await mkdtemp(join(tmpdir(), 'biwa-terraform-'))
  cpSync(join(import.meta.dirname, '../fixtures', fixture), folder, { recursive: true })
  await writeFile(join(folder, 'rc'), '')
  const { AWS_CA_BUNDLE: _, ...inherited } = process.env
  const provider = await startProvider({ ...inherited, AWS_ENDPOINT_URL: url, TF_LOG: 'ERROR' })
  const env = {
    ...{ ...inherited, AWS_ENDPOINT_URL: url, TF_CLI_CONFIG_FILE: join(folder, 'rc'), CHECKPOINT_DISABLE: '1' },
    ...(provider && { TF_REATTACH_PROVIDERS: provider.address }),
  }
  const run = async (...words: readonly string[]) => {
    try {
      const { stdout } = await execute('terraform', [...words, '-no-color'], {
        cwd: folder,
        env,
        maxBuffer: 64 * 1024 * 1024,
      })
      return stdout
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string }
      assert.fail(`terraform ${words.join(' ')}: ${stderr}\n${stdout}`)
    }
  }
  const close = async () => {
    await provider?.end()
    await rm(folder, { recursive: true, force: true })
  }
  await run('init', `-plugin-dir=${plugins}`)
  return { run, close }
}

interface Provider {
  /** For TF_REATTACH_PROVIDERS. */
  readonly address: string
  end(): Promise<void>
}

/**
 * The provider once for all commands, as its own developers start it to debug it: else each command starts it two or three
 * times, which takes four times the processor time of all else. Undefined where it lies there packed.
 * https://developer.hashicorp.com/terraform/plugin/debugging
 */
async function startProvider(env: NodeJS.ProcessEnv): Promise<Provider | undefined> {
  const [program] = globSync(`${plugins}/**/terraform-provider-aws_v*`).filter(path => !path.endsWith('.zip'))
  if (program === undefined) return undefined
  const child = spawn(program, ['-debug'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  let said = ''
  for await (const chunk of child.stdout) {
    said += chunk
    const address = /TF_REATTACH_PROVIDERS='(.*)'/.exec(said)?.[1]
    if (address === undefined) continue
    const end = async () => {
      child.kill()
      await ended
    }
    return { address, end }
  }
  throw new Error(`${program} -debug ended before it told its address: ${said}`)
}
