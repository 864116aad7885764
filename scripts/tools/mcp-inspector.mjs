// The command line of the MCP Inspector, from npm, for tests.
import { join } from 'node:path'
import { npmFolder } from './npm-folder.mjs'

/** Path of its program for Node. Installs it if needed. */
export function mcpInspector() {
  const folder = npmFolder('mcp-inspector', ['@modelcontextprotocol/inspector@1.0.3'], 'the MCP Inspector')
  return join(folder, 'node_modules', '@modelcontextprotocol', 'inspector', 'cli', 'build', 'cli.js')
}
