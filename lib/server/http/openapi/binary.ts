/**
 * The bytes of a file in a form or a reply. OpenAPI 3.1 needs no more than the media type; generators of clients know
 * bytes by the format that OpenAPI 3.0 had for them. A body that is a file has no schema.
 */
export const BINARY = { type: 'string', format: 'binary', contentMediaType: 'application/octet-stream' }
