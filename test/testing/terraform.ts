/**
 * Terraform with its AWS provider, unmodified, in a folder of its own against a lake. Its providers come from a folder
 * (`BIWA_TERRAFORM_PLUGINS`, or /<somewhere>/tf-plugins), for the tests download nothing.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, globSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { works } from './programs.ts'

const execute = promisify(execFile)
const [plugins] = [process.env.BIWA_TERRAFORM_PLUGINS, ...globSync('/*/tf-plugins')].filter(path => path !== undefined)

/** Pass as a test's `skip`. */
export const withoutTerraform = (await works('terraform', ['version']))
  ? plugins === undefined && 'no folder of Terraform providers'
  : 'terraform is not installed'

/** A folder with that fixture, initialised: runs `terraform` with these words, which must succeed, and gives its output. */
export async function terraformFor(
  context: TestContext,
  url: string,
  fixture: string,
): Promise<(...words: readonly string[]) => Promise<string>> {
  const folder = await mkdtemp(join(tmpdir(), 'biwa-terraform-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  cpSync(join(import.meta.dirname, '../fixtures', fixture), join(folder, 'main.tf'))
  await writeFile(join(folder, 'rc'), '')
  const env = { ...process.env, AWS_ENDPOINT_URL: url, TF_CLI_CONFIG_FILE: join(folder, 'rc'), CHECKPOINT_DISABLE: '1' }
  const terraform = async (...words: readonly string[]) => {
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
  await terraform('init', `-plugin-dir=${plugins}`)
  return terraform
}
