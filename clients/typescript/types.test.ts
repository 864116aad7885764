import { expectTypeOf, test } from 'vitest'
import type { CheckReport, JobCheck, PhotoCheck, SimilarPhotosReply } from '@/lib/shared/contract/check'
import type * as contract from '@/lib/shared/contract/contract'
import type { EmbeddingReply } from '@/lib/shared/contract/embed'
import type * as explain from '@/lib/shared/contract/explain'
import type * as jobs from '@/lib/shared/contract/jobs'
import type * as problems from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { Evaluation } from '@/lib/shared/training/folder/evaluation'
import type * as client from './index.js'

// The client's types are written out, so that its users need none of the server's packages. `tsc` compares them.
test('the types of the client are those of the API', () => {
  expectTypeOf<client.Classification>().toEqualTypeOf<contract.Classification>()
  expectTypeOf<client.Explanation>().toEqualTypeOf<explain.Explanation>()
  expectTypeOf<Omit<client.Embedding, 'embedding' | 'kinds'>>().toEqualTypeOf<
    Omit<EmbeddingReply, 'embedding' | 'kinds'>
  >()
  expectTypeOf<client.Job>().toEqualTypeOf<jobs.Job>()
  expectTypeOf<client.ModelInfo>().toEqualTypeOf<contract.ModelInfo>()
  expectTypeOf<client.Label>().toEqualTypeOf<contract.Label>()
  expectTypeOf<client.ProblemCode>().toEqualTypeOf<problems.ProblemCode>()
  type Several = 'labels' | 'label_scores'
  type Hidden = 'embedding' | 'kinds' | 'traits' | 'truth' | 'correct' | 'uncertain_reason' | keyof PhotoCheck
  type Row = Required<Omit<ResultRow, Hidden | Several>>
  expectTypeOf<Omit<client.PhotoResult, 'uncertain_reason' | Several | keyof PhotoCheck>>().toEqualTypeOf<Row>()
  expectTypeOf<Required<Pick<client.PhotoResult, keyof PhotoCheck>>>().toEqualTypeOf<PhotoCheck>()
  expectTypeOf<client.CheckReport>().toEqualTypeOf<CheckReport>()
  expectTypeOf<client.JobCheck>().toEqualTypeOf<JobCheck>()
  expectTypeOf<client.SimilarPhoto[]>().toEqualTypeOf<SimilarPhotosReply['photos']>()
  expectTypeOf<Pick<client.PhotoResult, Several>>().toEqualTypeOf<Pick<ResultRow, Several>>()
  expectTypeOf<Evaluation>().toExtend<client.TrainingEvaluation>()
})
