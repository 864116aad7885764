export declare function linters(): string
export declare function actionlint(): string | null
