-- CreateTable
CREATE TABLE "ModelImport" (
    "id" UUID NOT NULL,
    "idempotencyKey" TEXT NOT NULL,
    "inputHash" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "activation" TEXT,
    "state" TEXT NOT NULL,
    "stage" TEXT,
    "done" DOUBLE PRECISION,
    "total" DOUBLE PRECISION,
    "errorCode" TEXT,
    "message" TEXT,
    "encoderId" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ModelImport_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "ModelImport_idempotencyKey_key" ON "ModelImport"("idempotencyKey");

-- CreateIndex
CREATE INDEX "ModelImport_createdAt_id_idx" ON "ModelImport"("createdAt", "id");

-- Counts the runs of each base model without reading whole configurations.
CREATE INDEX "Run_model_idx" ON "Run" (("config" ->> 'model'));
