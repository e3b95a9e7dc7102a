/**
 * The only vocabulary of the project. Code, database, schema and screen use these words and no others.
 *
 * task            a labelled image classification problem: images, classes, splits (train, val, test)
 * class prompt    the sentence that stands for a class: "a photo of {prompt name}"
 * suite           a named set of tasks with one or more orders, a base model and a corpus
 * order           the sequence in which a run meets the tasks of a suite
 * corpus          figures with captions from the literature; the memory that is retrieved from
 * figure          one image of a corpus with its caption and licence
 * encoder         the pair of towers that made a vector; its id names the weights, not the architecture
 * question        a text that is asked of the corpus: "A {domain} photo of {finding} [in the {site}]"
 * hit             a figure that a retrieval kept, with the score and rank of each stage
 * bag             the part of a reference set a pair came from: task, domain or general
 * reference set   the image-caption pairs that guide one task's training (the paper's C_i)
 * teacher         the frozen model whose behaviour is kept (default: the model after the last task)
 * method          a continual-learning algorithm: fine-tune, l2, primed-dyn ...
 * run             one method on one suite, order and seed
 * step            one optimiser update
 * cell            one number of the accuracy matrix: after task `row`, on task `column`
 * matrix          rows 0..T (row 0 = before any training), columns 1..T
 * checkpoint      the state saved after a task; enough to go on exactly
 * event           a fact about a run: (runId, seq, type, at, payload), seq dense from 1
 * ledger          which figures guided which steps
 */
export const GLOSSARY_VERSION = 1
