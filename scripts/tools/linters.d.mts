export declare function linters(): string
export declare function actionlint(): string | null
export declare function promtool(): string | null
