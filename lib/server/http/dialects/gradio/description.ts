/** What Gradio's clients read before their first call: the components, the functions, and their parameters. */

export const PREFIX = '/gradio_api'
/** The protocol of these messages. */
const PROTOCOL = 'sse_v3'
/** The version of Gradio whose API this is; clients behave by it. */
const GRADIO_VERSION = '5.49.1'

const FILE = { properties: { path: { type: 'string' }, url: { type: 'string' } }, title: 'ImageData', type: 'object' }
const PHOTO = {
  label: 'image',
  component: 'Image',
  type: FILE,
  python_type: { type: 'dict(path: str | None, url: str | None)', description: 'A file, or the URL of an image' },
  example: { path: 'photo.jpg', meta: { _type: 'gradio.FileData' } },
}
const MODEL = {
  label: 'model',
  component: 'Textbox',
  type: { type: 'string' },
  python_type: { type: 'str', description: 'ID or type of a model' },
  example: 'balanced',
}
const LABEL = {
  label: 'label',
  component: 'Label',
  type: { type: 'object', title: 'LabelData' },
  python_type: {
    type: 'dict(label: str | float | None, confidences: list[dict(label: str | None, confidence: float | None)] | None)',
    description: '',
  },
}
const MODEL_ID = 1

function component(
  id: number,
  { component: type, label, type: schema }: { component: string; label: string; type: object },
) {
  const name = type.toLowerCase()
  return {
    id,
    type: name,
    props: { label, name },
    skip_api: false,
    component_class_id: name,
    key: null,
    api_info: schema,
  }
}

/** `GET /config` */
export function config(root: string, version: string, maxFileBytes: number): object {
  return {
    version: GRADIO_VERSION,
    api_prefix: PREFIX,
    app_id: version,
    mode: 'interface',
    title: 'Vision Object Classifier',
    protocol: PROTOCOL,
    root,
    space_id: null,
    is_space: false,
    enable_queue: true,
    show_api: true,
    connect_heartbeat: false,
    max_file_size: maxFileBytes,
    username: null,
    analytics_enabled: false,
    css: null,
    js: null,
    layout: { id: 0, children: [] },
    components: [component(0, PHOTO), component(MODEL_ID, MODEL), component(2, LABEL)],
    dependencies: [
      {
        id: 0,
        targets: [],
        inputs: [0, MODEL_ID],
        outputs: [2],
        backend_fn: true,
        js: null,
        queue: true,
        api_name: 'predict',
        api_visibility: 'public',
        show_api: true,
        types: { generator: false, cancel: false },
        connection: 'sse',
        zerogpu: false,
      },
    ],
  }
}

/** `GET /gradio_api/info` */
export function info(defaultModel: string): object {
  const { example: photo, ...image } = PHOTO
  const { example: _example, ...model } = MODEL
  return {
    named_endpoints: {
      '/predict': {
        parameters: [
          { ...image, parameter_name: 'image', parameter_has_default: false, example_input: photo },
          {
            ...model,
            parameter_name: 'model',
            parameter_has_default: true,
            parameter_default: defaultModel,
            example_input: defaultModel,
          },
        ],
        returns: [LABEL],
        api_visibility: 'public',
        show_api: true,
        description: 'Classifies a photo.',
      },
    },
    unnamed_endpoints: {},
  }
}
