-- AlterTable
ALTER TABLE "LeakPair" ADD COLUMN "sampleIndex" INTEGER NOT NULL;

-- CreateTable
CREATE TABLE "PairReview" (
    "key" TEXT NOT NULL,
    "reviewer" TEXT NOT NULL,
    "corpus" TEXT NOT NULL,
    "figureId" TEXT NOT NULL,
    "question" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "PairReview_pkey" PRIMARY KEY ("key","reviewer")
);
