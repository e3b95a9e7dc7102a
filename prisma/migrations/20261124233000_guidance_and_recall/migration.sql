-- CreateTable
CREATE TABLE "GuidedFigure" (
    "runId" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "figureId" TEXT NOT NULL,
    "bag" TEXT NOT NULL,
    "corpus" TEXT NOT NULL,
    "task" INTEGER NOT NULL,
    "fromStep" INTEGER NOT NULL,
    "toStep" INTEGER NOT NULL,
    "rank" INTEGER NOT NULL,
    "draws" INTEGER NOT NULL,
    "weight" DOUBLE PRECISION NOT NULL,
    "dense" DOUBLE PRECISION,
    "visual" DOUBLE PRECISION,
    "lexical" DOUBLE PRECISION,

    CONSTRAINT "GuidedFigure_pkey" PRIMARY KEY ("runId","seq","figureId","bag")
);

-- CreateTable
CREATE TABLE "LiteratureRecall" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "selector" JSONB NOT NULL,
    "identity" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "liftedAt" TIMESTAMPTZ(3),
    "liftReason" TEXT,

    CONSTRAINT "LiteratureRecall_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RecalledFigure" (
    "recallId" UUID NOT NULL,
    "corpus" TEXT NOT NULL,
    "figureId" TEXT NOT NULL,

    CONSTRAINT "RecalledFigure_pkey" PRIMARY KEY ("recallId","corpus","figureId")
);

-- CreateTable
CREATE TABLE "LeakSearch" (
    "id" UUID NOT NULL,
    "suite" TEXT NOT NULL,
    "corpus" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "similarity" DOUBLE PRECISION NOT NULL,
    "distance" INTEGER NOT NULL,
    "encoderId" TEXT,
    "indexVersion" TEXT,
    "state" TEXT NOT NULL,
    "done" INTEGER NOT NULL DEFAULT 0,
    "total" INTEGER,
    "tasks" JSONB NOT NULL DEFAULT '[]',
    "errorCode" TEXT,
    "message" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "LeakSearch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LeakPair" (
    "corpus" TEXT NOT NULL,
    "taskKey" TEXT NOT NULL,
    "sampleId" TEXT NOT NULL,
    "figureId" TEXT NOT NULL,
    "similarity" DOUBLE PRECISION NOT NULL,
    "distance" INTEGER NOT NULL,
    "verdict" TEXT,
    "judgedAt" TIMESTAMPTZ(3),
    "foundAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "LeakPair_pkey" PRIMARY KEY ("corpus","taskKey","sampleId","figureId")
);

-- CreateIndex
CREATE INDEX "GuidedFigure_corpus_figureId_runId_idx" ON "GuidedFigure"("corpus", "figureId", "runId");

-- CreateIndex
CREATE INDEX "LiteratureRecall_createdAt_id_idx" ON "LiteratureRecall"("createdAt", "id");

-- CreateIndex
CREATE INDEX "LiteratureRecall_identity_idx" ON "LiteratureRecall"("identity");

-- CreateIndex
CREATE INDEX "RecalledFigure_corpus_figureId_idx" ON "RecalledFigure"("corpus", "figureId");

-- CreateIndex
CREATE INDEX "LeakSearch_suite_createdAt_idx" ON "LeakSearch"("suite", "createdAt");

-- AddForeignKey
ALTER TABLE "GuidedFigure" ADD CONSTRAINT "GuidedFigure_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RecalledFigure" ADD CONSTRAINT "RecalledFigure_recallId_fkey" FOREIGN KEY ("recallId") REFERENCES "LiteratureRecall"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- At most one recall of the same literature is in force.
CREATE UNIQUE INDEX "LiteratureRecall_in_force_key" ON "LiteratureRecall"("identity") WHERE "liftedAt" IS NULL;

-- What is known from the events of earlier versions. Of steps that were told twice, the last time counts.
INSERT INTO "GuidedFigure" ("runId", "seq", "figureId", "bag", "corpus", "task", "fromStep", "toStep", "rank", "draws", "weight")
SELECT told."runId", told."seq", figure."figureId", figure."bag", COALESCE(run."provenance" -> 'corpus' ->> 'id', ''),
       told."task", told."fromStep", told."toStep", min(figure."rank"), sum(figure."draws"),
       sum(figure."draws")::double precision / GREATEST(1, told."draws")
FROM (
    SELECT event."runId", event."seq", event."payload" -> 'figures' AS "figures",
           (event."payload" ->> 'task')::int AS "task",
           (event."payload" ->> 'fromStep')::int AS "fromStep",
           (event."payload" ->> 'toStep')::int AS "toStep",
           (SELECT sum((one ->> 'draws')::int) FROM jsonb_array_elements(event."payload" -> 'figures') AS one) AS "draws"
    FROM "RunEvent" AS event
    WHERE event."type" = 'ledger.written'
      AND NOT EXISTS (
          SELECT 1 FROM "RunEvent" AS later
          WHERE later."runId" = event."runId" AND later."type" = 'ledger.written' AND later."seq" > event."seq"
            AND (later."payload" ->> 'fromStep')::int <= (event."payload" ->> 'toStep')::int)
) AS told
JOIN "Run" AS run ON run."id" = told."runId"
CROSS JOIN LATERAL jsonb_to_recordset(told."figures") AS figure("figureId" text, "bag" text, "rank" int, "draws" int)
GROUP BY told."runId", told."seq", figure."figureId", figure."bag", run."provenance", told."task", told."fromStep", told."toStep", told."draws";
