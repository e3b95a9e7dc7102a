/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Suites {\n    suites(first: 50) {\n      totalCount\n      edges {\n        node {\n          id\n          key\n          title\n          summary\n          available\n          unavailableReason\n          modelKey\n          corpusKey\n          orders { key title taskKeys hash }\n          tasks { ...TaskNames }\n        }\n      }\n    }\n  }\n": typeof types.SuitesDocument,
    "\n  query LeaderboardPage(\n    $suite: String!, $order: String, $orderSet: String, $sortBy: String, $scope: String, $group: String\n    $from: String, $moved: Boolean!\n  ) {\n    leaderboard(suite: $suite, order: $order, orderSet: $orderSet, sortBy: $sortBy, scope: $scope, group: $group) {\n      sortedBy\n      unit\n      scope\n      resamples\n      seedsToRank\n      suite { key title summary orders { key title taskKeys hash } tasks { key name } }\n      order { key title taskKeys hash }\n      orders { key title }\n      group { ...Comparable }\n      groups { ...Comparable }\n      metrics { key title definition formula convention source needs better unit }\n      entries {\n        key\n        n\n        orders\n        rank\n        rankInterval\n        tieGroup\n        tied\n        ranked\n        reason\n        config\n        method { key title paper trains }\n        runs { id key seed order { key title } }\n        metrics { key interval { mean low high deviation standardError n values } }\n        tasks { taskKey interval { mean low high n } }\n        variance { runs orders order seed orderShare p }\n      }\n      comparisons { a b pairs difference low high p correctedP separated better reason }\n      leftOut { reason text count runs { id key seed method { title } } }\n      publishedRows { ...Published }\n    }\n    before: leaderboard(\n      suite: $suite, order: $order, orderSet: $orderSet, sortBy: $from, scope: $scope, group: $group\n    ) @include(if: $moved) { sortedBy entries { key rank } }\n  }\n": typeof types.LeaderboardPageDocument,
    "\n  fragment Comparable on ComparableRuns { key stepsPerTask evalLimit modelKey modelDigest dataDigest runs }\n": typeof types.ComparableFragmentDoc,
    "\n  query ModelsPage($first: Int!, $after: String) {\n    models(first: $first, after: $after) {\n      totalCount\n      pageInfo { hasNextPage endCursor }\n      edges { node { ...ModelRow } }\n    }\n  }\n": typeof types.ModelsPageDocument,
    "\n  fragment ModelRow on Model {\n    id\n    key\n    encoderId\n    digest\n    origin\n    source\n    bytes\n    parameterCount\n    embedding\n    image { kind width depth heads size patch activation }\n    text { kind width depth heads context vocabulary }\n    preprocessing { mean std details }\n    tokenizerKind\n    parity { reference version maxDifferenceImages maxDifferenceTexts at }\n    addedAt\n    runCount\n  }\n": typeof types.ModelRowFragmentDoc,
    "\n  query ModelInbox {\n    modelSources(first: 100) {\n      totalCount\n      edges { node { source path folder bytes changedAt suggestedKey } }\n    }\n    modelImports(first: 5) {\n      edges { node { ...ModelImportRow } }\n    }\n  }\n": typeof types.ModelInboxDocument,
    "\n  fragment ModelImportRow on ModelImport {\n    id\n    key\n    source\n    state\n    stage\n    done\n    total\n    errorCode\n    message\n    createdAt\n  }\n": typeof types.ModelImportRowFragmentDoc,
    "\n  mutation ImportModel($input: ImportModelInput!) {\n    importModel(input: $input) {\n      modelImport { ...ModelImportRow }\n      userErrors { code field message }\n    }\n  }\n": typeof types.ImportModelDocument,
    "\n  subscription ModelImportProgress($id: ID!) {\n    modelImport(id: $id) { ...ModelImportRow }\n  }\n": typeof types.ModelImportProgressDocument,
    "\n  query NewRunPage {\n    suites(first: 50) {\n      edges {\n        node {\n          key\n          title\n          summary\n          available\n          unavailableReason\n          defaults\n          modelKey\n          corpusKey\n          tasks { ...TaskNames }\n          orders { key title taskKeys hash }\n        }\n      }\n    }\n    models(first: 100) { edges { node { key encoderId parameterCount image { size } } } }\n    methods { key title paper summary trains reference parameters }\n    runSettings\n  }\n": typeof types.NewRunPageDocument,
    "\n  query SuiteWithModel($suite: String!, $model: String!) {\n    suite(key: $suite) { key available(model: $model) unavailableReason(model: $model) }\n  }\n": typeof types.SuiteWithModelDocument,
    "\n  mutation StartRun($input: StartRunInput!) {\n    startRun(input: $input) {\n      run { id key name seed }\n      userErrors { code field message }\n    }\n  }\n": typeof types.StartRunDocument,
    "\n  fragment Published on PublishedRow {\n    orderKey table title variant confidence source remarks\n    method { key }\n    values { key value recomputed }\n    tasks { key taskKey value }\n  }\n": typeof types.PublishedFragmentDoc,
    "\n  query Corpora {\n    corpora { id key title figures modalities licenceGroups indexed digest synthetic exampleQuestions }\n  }\n": typeof types.CorporaDocument,
    "\n  fragment HitFields on Hit {\n    rank\n    dropped\n    dense { score rank }\n    visual { score rank }\n    lexical { score rank }\n    figure { id key caption modality anatomy licence licenceGroup article pmid pmcid doi url credit imageUrl }\n  }\n": typeof types.HitFieldsFragmentDoc,
    "\n  query Retrieve($input: RetrieveInput!) {\n    retrieve(input: $input) {\n      question\n      hits { ...HitFields }\n      dropped { ...HitFields }\n      counts { corpus dense visual kept distinctScores }\n      time { encode dense visual lexical total }\n      indexVersion\n      encoderId\n      store\n      exact\n    }\n  }\n": typeof types.RetrieveDocument,
    "\n  query RunPage($id: ID!) {\n    run(id: $id) {\n      ...RunRow\n      suite { id key title corpusKey modelKey tasks { ...TaskNames } }\n      order { key title taskKeys hash }\n      method { key title paper summary trains reference parameters }\n      config\n      configHash\n      modelKey\n      encoderId\n      baseModel { key encoderId }\n      provenance\n      reproduce\n      seriesNames\n      matrix { taskKeys taskNames cells { ...Cell } }\n      references { task taskKey size bags questions indexVersion milliseconds }\n      checkpoints { task step digest bytes state at }\n    }\n    metrics { key title definition better unit }\n    runSettings\n  }\n": typeof types.RunPageDocument,
    "\n  fragment TaskNames on Task {\n    key\n    name\n    modality\n    classes { id name }\n  }\n": typeof types.TaskNamesFragmentDoc,
    "\n  fragment Cell on MatrixCell {\n    row\n    column\n    taskKey\n    n\n    accuracy\n    low\n    high\n    balancedAccuracy\n    auc\n    confusion\n  }\n": typeof types.CellFragmentDoc,
    "\n  query RunSeries($id: ID!, $names: [String!]!, $maxPoints: Int!) {\n    run(id: $id) { id lastSeq series(names: $names, maxPoints: $maxPoints) { name steps values points } }\n  }\n": typeof types.RunSeriesDocument,
    "\n  query RunMetrics($id: ID!) {\n    run(id: $id) {\n      id\n      heartbeatAt\n      metrics { key value }\n      checkpoints { task step digest bytes state at }\n    }\n  }\n": typeof types.RunMetricsDocument,
    "\n  query RunHistory($id: ID!, $first: Int!, $after: String, $types: [String!]) {\n    run(id: $id) {\n      id\n      events(first: $first, after: $after, types: $types) {\n        pageInfo { hasNextPage endCursor }\n        edges { node { runId seq type at payload } }\n      }\n    }\n  }\n": typeof types.RunHistoryDocument,
    "\n  subscription RunEvents($runId: ID!, $sinceSeq: Int!) {\n    runEvents(runId: $runId, sinceSeq: $sinceSeq) { runId seq type at payload }\n  }\n": typeof types.RunEventsDocument,
    "\n  mutation StopRun($input: StopRunInput!) {\n    stopRun(input: $input) {\n      run { id state stateReason }\n      userErrors { code field message }\n    }\n  }\n": typeof types.StopRunDocument,
    "\n  fragment RunRow on Run {\n    id\n    key\n    name\n    state\n    stateReason\n    seed\n    createdAt\n    startedAt\n    finishedAt\n    heartbeatAt\n    attempt\n    task\n    step\n    totalSteps\n    lastSeq\n    suite { id key title tasks { key } }\n    order { key title taskKeys }\n    method { key title trains }\n    metrics { key value }\n  }\n": typeof types.RunRowFragmentDoc,
    "\n  query RunsPage($first: Int!, $after: String, $filter: RunFilter, $sort: RunSort) {\n    runs(first: $first, after: $after, filter: $filter, sort: $sort) {\n      totalCount\n      pageInfo { hasNextPage endCursor }\n      edges { cursor node { ...RunRow } }\n    }\n  }\n": typeof types.RunsPageDocument,
    "\n  subscription ProjectEvents {\n    projectEvents { kind run { ...RunRow } }\n  }\n": typeof types.ProjectEventsDocument,
    "\n  query RunFilters {\n    suites(first: 50) { edges { node { key title } } }\n    methods { key title }\n  }\n": typeof types.RunFiltersDocument,
    "\n  query Status {\n    status {\n      version\n      ready\n      workers\n      queued\n      running\n      backend\n      setup { key title state done total message }\n    }\n  }\n": typeof types.StatusDocument,
    "\n  query TasksPage($first: Int!, $after: String) {\n    tasks(first: $first, after: $after) {\n      totalCount\n      pageInfo { hasNextPage endCursor }\n      edges {\n        node {\n          id\n          key\n          name\n          domain\n          modality\n          anatomy\n          classes { id name promptName }\n          splits { split count }\n          licence\n          citation\n          notes\n          synthetic\n          digest\n        }\n      }\n    }\n  }\n": typeof types.TasksPageDocument,
};
const documents: Documents = {
    "\n  query Suites {\n    suites(first: 50) {\n      totalCount\n      edges {\n        node {\n          id\n          key\n          title\n          summary\n          available\n          unavailableReason\n          modelKey\n          corpusKey\n          orders { key title taskKeys hash }\n          tasks { ...TaskNames }\n        }\n      }\n    }\n  }\n": types.SuitesDocument,
    "\n  query LeaderboardPage(\n    $suite: String!, $order: String, $orderSet: String, $sortBy: String, $scope: String, $group: String\n    $from: String, $moved: Boolean!\n  ) {\n    leaderboard(suite: $suite, order: $order, orderSet: $orderSet, sortBy: $sortBy, scope: $scope, group: $group) {\n      sortedBy\n      unit\n      scope\n      resamples\n      seedsToRank\n      suite { key title summary orders { key title taskKeys hash } tasks { key name } }\n      order { key title taskKeys hash }\n      orders { key title }\n      group { ...Comparable }\n      groups { ...Comparable }\n      metrics { key title definition formula convention source needs better unit }\n      entries {\n        key\n        n\n        orders\n        rank\n        rankInterval\n        tieGroup\n        tied\n        ranked\n        reason\n        config\n        method { key title paper trains }\n        runs { id key seed order { key title } }\n        metrics { key interval { mean low high deviation standardError n values } }\n        tasks { taskKey interval { mean low high n } }\n        variance { runs orders order seed orderShare p }\n      }\n      comparisons { a b pairs difference low high p correctedP separated better reason }\n      leftOut { reason text count runs { id key seed method { title } } }\n      publishedRows { ...Published }\n    }\n    before: leaderboard(\n      suite: $suite, order: $order, orderSet: $orderSet, sortBy: $from, scope: $scope, group: $group\n    ) @include(if: $moved) { sortedBy entries { key rank } }\n  }\n": types.LeaderboardPageDocument,
    "\n  fragment Comparable on ComparableRuns { key stepsPerTask evalLimit modelKey modelDigest dataDigest runs }\n": types.ComparableFragmentDoc,
    "\n  query ModelsPage($first: Int!, $after: String) {\n    models(first: $first, after: $after) {\n      totalCount\n      pageInfo { hasNextPage endCursor }\n      edges { node { ...ModelRow } }\n    }\n  }\n": types.ModelsPageDocument,
    "\n  fragment ModelRow on Model {\n    id\n    key\n    encoderId\n    digest\n    origin\n    source\n    bytes\n    parameterCount\n    embedding\n    image { kind width depth heads size patch activation }\n    text { kind width depth heads context vocabulary }\n    preprocessing { mean std details }\n    tokenizerKind\n    parity { reference version maxDifferenceImages maxDifferenceTexts at }\n    addedAt\n    runCount\n  }\n": types.ModelRowFragmentDoc,
    "\n  query ModelInbox {\n    modelSources(first: 100) {\n      totalCount\n      edges { node { source path folder bytes changedAt suggestedKey } }\n    }\n    modelImports(first: 5) {\n      edges { node { ...ModelImportRow } }\n    }\n  }\n": types.ModelInboxDocument,
    "\n  fragment ModelImportRow on ModelImport {\n    id\n    key\n    source\n    state\n    stage\n    done\n    total\n    errorCode\n    message\n    createdAt\n  }\n": types.ModelImportRowFragmentDoc,
    "\n  mutation ImportModel($input: ImportModelInput!) {\n    importModel(input: $input) {\n      modelImport { ...ModelImportRow }\n      userErrors { code field message }\n    }\n  }\n": types.ImportModelDocument,
    "\n  subscription ModelImportProgress($id: ID!) {\n    modelImport(id: $id) { ...ModelImportRow }\n  }\n": types.ModelImportProgressDocument,
    "\n  query NewRunPage {\n    suites(first: 50) {\n      edges {\n        node {\n          key\n          title\n          summary\n          available\n          unavailableReason\n          defaults\n          modelKey\n          corpusKey\n          tasks { ...TaskNames }\n          orders { key title taskKeys hash }\n        }\n      }\n    }\n    models(first: 100) { edges { node { key encoderId parameterCount image { size } } } }\n    methods { key title paper summary trains reference parameters }\n    runSettings\n  }\n": types.NewRunPageDocument,
    "\n  query SuiteWithModel($suite: String!, $model: String!) {\n    suite(key: $suite) { key available(model: $model) unavailableReason(model: $model) }\n  }\n": types.SuiteWithModelDocument,
    "\n  mutation StartRun($input: StartRunInput!) {\n    startRun(input: $input) {\n      run { id key name seed }\n      userErrors { code field message }\n    }\n  }\n": types.StartRunDocument,
    "\n  fragment Published on PublishedRow {\n    orderKey table title variant confidence source remarks\n    method { key }\n    values { key value recomputed }\n    tasks { key taskKey value }\n  }\n": types.PublishedFragmentDoc,
    "\n  query Corpora {\n    corpora { id key title figures modalities licenceGroups indexed digest synthetic exampleQuestions }\n  }\n": types.CorporaDocument,
    "\n  fragment HitFields on Hit {\n    rank\n    dropped\n    dense { score rank }\n    visual { score rank }\n    lexical { score rank }\n    figure { id key caption modality anatomy licence licenceGroup article pmid pmcid doi url credit imageUrl }\n  }\n": types.HitFieldsFragmentDoc,
    "\n  query Retrieve($input: RetrieveInput!) {\n    retrieve(input: $input) {\n      question\n      hits { ...HitFields }\n      dropped { ...HitFields }\n      counts { corpus dense visual kept distinctScores }\n      time { encode dense visual lexical total }\n      indexVersion\n      encoderId\n      store\n      exact\n    }\n  }\n": types.RetrieveDocument,
    "\n  query RunPage($id: ID!) {\n    run(id: $id) {\n      ...RunRow\n      suite { id key title corpusKey modelKey tasks { ...TaskNames } }\n      order { key title taskKeys hash }\n      method { key title paper summary trains reference parameters }\n      config\n      configHash\n      modelKey\n      encoderId\n      baseModel { key encoderId }\n      provenance\n      reproduce\n      seriesNames\n      matrix { taskKeys taskNames cells { ...Cell } }\n      references { task taskKey size bags questions indexVersion milliseconds }\n      checkpoints { task step digest bytes state at }\n    }\n    metrics { key title definition better unit }\n    runSettings\n  }\n": types.RunPageDocument,
    "\n  fragment TaskNames on Task {\n    key\n    name\n    modality\n    classes { id name }\n  }\n": types.TaskNamesFragmentDoc,
    "\n  fragment Cell on MatrixCell {\n    row\n    column\n    taskKey\n    n\n    accuracy\n    low\n    high\n    balancedAccuracy\n    auc\n    confusion\n  }\n": types.CellFragmentDoc,
    "\n  query RunSeries($id: ID!, $names: [String!]!, $maxPoints: Int!) {\n    run(id: $id) { id lastSeq series(names: $names, maxPoints: $maxPoints) { name steps values points } }\n  }\n": types.RunSeriesDocument,
    "\n  query RunMetrics($id: ID!) {\n    run(id: $id) {\n      id\n      heartbeatAt\n      metrics { key value }\n      checkpoints { task step digest bytes state at }\n    }\n  }\n": types.RunMetricsDocument,
    "\n  query RunHistory($id: ID!, $first: Int!, $after: String, $types: [String!]) {\n    run(id: $id) {\n      id\n      events(first: $first, after: $after, types: $types) {\n        pageInfo { hasNextPage endCursor }\n        edges { node { runId seq type at payload } }\n      }\n    }\n  }\n": types.RunHistoryDocument,
    "\n  subscription RunEvents($runId: ID!, $sinceSeq: Int!) {\n    runEvents(runId: $runId, sinceSeq: $sinceSeq) { runId seq type at payload }\n  }\n": types.RunEventsDocument,
    "\n  mutation StopRun($input: StopRunInput!) {\n    stopRun(input: $input) {\n      run { id state stateReason }\n      userErrors { code field message }\n    }\n  }\n": types.StopRunDocument,
    "\n  fragment RunRow on Run {\n    id\n    key\n    name\n    state\n    stateReason\n    seed\n    createdAt\n    startedAt\n    finishedAt\n    heartbeatAt\n    attempt\n    task\n    step\n    totalSteps\n    lastSeq\n    suite { id key title tasks { key } }\n    order { key title taskKeys }\n    method { key title trains }\n    metrics { key value }\n  }\n": types.RunRowFragmentDoc,
    "\n  query RunsPage($first: Int!, $after: String, $filter: RunFilter, $sort: RunSort) {\n    runs(first: $first, after: $after, filter: $filter, sort: $sort) {\n      totalCount\n      pageInfo { hasNextPage endCursor }\n      edges { cursor node { ...RunRow } }\n    }\n  }\n": types.RunsPageDocument,
    "\n  subscription ProjectEvents {\n    projectEvents { kind run { ...RunRow } }\n  }\n": types.ProjectEventsDocument,
    "\n  query RunFilters {\n    suites(first: 50) { edges { node { key title } } }\n    methods { key title }\n  }\n": types.RunFiltersDocument,
    "\n  query Status {\n    status {\n      version\n      ready\n      workers\n      queued\n      running\n      backend\n      setup { key title state done total message }\n    }\n  }\n": types.StatusDocument,
    "\n  query TasksPage($first: Int!, $after: String) {\n    tasks(first: $first, after: $after) {\n      totalCount\n      pageInfo { hasNextPage endCursor }\n      edges {\n        node {\n          id\n          key\n          name\n          domain\n          modality\n          anatomy\n          classes { id name promptName }\n          splits { split count }\n          licence\n          citation\n          notes\n          synthetic\n          digest\n        }\n      }\n    }\n  }\n": types.TasksPageDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Suites {\n    suites(first: 50) {\n      totalCount\n      edges {\n        node {\n          id\n          key\n          title\n          summary\n          available\n          unavailableReason\n          modelKey\n          corpusKey\n          orders { key title taskKeys hash }\n          tasks { ...TaskNames }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Suites {\n    suites(first: 50) {\n      totalCount\n      edges {\n        node {\n          id\n          key\n          title\n          summary\n          available\n          unavailableReason\n          modelKey\n          corpusKey\n          orders { key title taskKeys hash }\n          tasks { ...TaskNames }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LeaderboardPage(\n    $suite: String!, $order: String, $orderSet: String, $sortBy: String, $scope: String, $group: String\n    $from: String, $moved: Boolean!\n  ) {\n    leaderboard(suite: $suite, order: $order, orderSet: $orderSet, sortBy: $sortBy, scope: $scope, group: $group) {\n      sortedBy\n      unit\n      scope\n      resamples\n      seedsToRank\n      suite { key title summary orders { key title taskKeys hash } tasks { key name } }\n      order { key title taskKeys hash }\n      orders { key title }\n      group { ...Comparable }\n      groups { ...Comparable }\n      metrics { key title definition formula convention source needs better unit }\n      entries {\n        key\n        n\n        orders\n        rank\n        rankInterval\n        tieGroup\n        tied\n        ranked\n        reason\n        config\n        method { key title paper trains }\n        runs { id key seed order { key title } }\n        metrics { key interval { mean low high deviation standardError n values } }\n        tasks { taskKey interval { mean low high n } }\n        variance { runs orders order seed orderShare p }\n      }\n      comparisons { a b pairs difference low high p correctedP separated better reason }\n      leftOut { reason text count runs { id key seed method { title } } }\n      publishedRows { ...Published }\n    }\n    before: leaderboard(\n      suite: $suite, order: $order, orderSet: $orderSet, sortBy: $from, scope: $scope, group: $group\n    ) @include(if: $moved) { sortedBy entries { key rank } }\n  }\n"): (typeof documents)["\n  query LeaderboardPage(\n    $suite: String!, $order: String, $orderSet: String, $sortBy: String, $scope: String, $group: String\n    $from: String, $moved: Boolean!\n  ) {\n    leaderboard(suite: $suite, order: $order, orderSet: $orderSet, sortBy: $sortBy, scope: $scope, group: $group) {\n      sortedBy\n      unit\n      scope\n      resamples\n      seedsToRank\n      suite { key title summary orders { key title taskKeys hash } tasks { key name } }\n      order { key title taskKeys hash }\n      orders { key title }\n      group { ...Comparable }\n      groups { ...Comparable }\n      metrics { key title definition formula convention source needs better unit }\n      entries {\n        key\n        n\n        orders\n        rank\n        rankInterval\n        tieGroup\n        tied\n        ranked\n        reason\n        config\n        method { key title paper trains }\n        runs { id key seed order { key title } }\n        metrics { key interval { mean low high deviation standardError n values } }\n        tasks { taskKey interval { mean low high n } }\n        variance { runs orders order seed orderShare p }\n      }\n      comparisons { a b pairs difference low high p correctedP separated better reason }\n      leftOut { reason text count runs { id key seed method { title } } }\n      publishedRows { ...Published }\n    }\n    before: leaderboard(\n      suite: $suite, order: $order, orderSet: $orderSet, sortBy: $from, scope: $scope, group: $group\n    ) @include(if: $moved) { sortedBy entries { key rank } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Comparable on ComparableRuns { key stepsPerTask evalLimit modelKey modelDigest dataDigest runs }\n"): (typeof documents)["\n  fragment Comparable on ComparableRuns { key stepsPerTask evalLimit modelKey modelDigest dataDigest runs }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ModelsPage($first: Int!, $after: String) {\n    models(first: $first, after: $after) {\n      totalCount\n      pageInfo { hasNextPage endCursor }\n      edges { node { ...ModelRow } }\n    }\n  }\n"): (typeof documents)["\n  query ModelsPage($first: Int!, $after: String) {\n    models(first: $first, after: $after) {\n      totalCount\n      pageInfo { hasNextPage endCursor }\n      edges { node { ...ModelRow } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ModelRow on Model {\n    id\n    key\n    encoderId\n    digest\n    origin\n    source\n    bytes\n    parameterCount\n    embedding\n    image { kind width depth heads size patch activation }\n    text { kind width depth heads context vocabulary }\n    preprocessing { mean std details }\n    tokenizerKind\n    parity { reference version maxDifferenceImages maxDifferenceTexts at }\n    addedAt\n    runCount\n  }\n"): (typeof documents)["\n  fragment ModelRow on Model {\n    id\n    key\n    encoderId\n    digest\n    origin\n    source\n    bytes\n    parameterCount\n    embedding\n    image { kind width depth heads size patch activation }\n    text { kind width depth heads context vocabulary }\n    preprocessing { mean std details }\n    tokenizerKind\n    parity { reference version maxDifferenceImages maxDifferenceTexts at }\n    addedAt\n    runCount\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ModelInbox {\n    modelSources(first: 100) {\n      totalCount\n      edges { node { source path folder bytes changedAt suggestedKey } }\n    }\n    modelImports(first: 5) {\n      edges { node { ...ModelImportRow } }\n    }\n  }\n"): (typeof documents)["\n  query ModelInbox {\n    modelSources(first: 100) {\n      totalCount\n      edges { node { source path folder bytes changedAt suggestedKey } }\n    }\n    modelImports(first: 5) {\n      edges { node { ...ModelImportRow } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ModelImportRow on ModelImport {\n    id\n    key\n    source\n    state\n    stage\n    done\n    total\n    errorCode\n    message\n    createdAt\n  }\n"): (typeof documents)["\n  fragment ModelImportRow on ModelImport {\n    id\n    key\n    source\n    state\n    stage\n    done\n    total\n    errorCode\n    message\n    createdAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ImportModel($input: ImportModelInput!) {\n    importModel(input: $input) {\n      modelImport { ...ModelImportRow }\n      userErrors { code field message }\n    }\n  }\n"): (typeof documents)["\n  mutation ImportModel($input: ImportModelInput!) {\n    importModel(input: $input) {\n      modelImport { ...ModelImportRow }\n      userErrors { code field message }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ModelImportProgress($id: ID!) {\n    modelImport(id: $id) { ...ModelImportRow }\n  }\n"): (typeof documents)["\n  subscription ModelImportProgress($id: ID!) {\n    modelImport(id: $id) { ...ModelImportRow }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query NewRunPage {\n    suites(first: 50) {\n      edges {\n        node {\n          key\n          title\n          summary\n          available\n          unavailableReason\n          defaults\n          modelKey\n          corpusKey\n          tasks { ...TaskNames }\n          orders { key title taskKeys hash }\n        }\n      }\n    }\n    models(first: 100) { edges { node { key encoderId parameterCount image { size } } } }\n    methods { key title paper summary trains reference parameters }\n    runSettings\n  }\n"): (typeof documents)["\n  query NewRunPage {\n    suites(first: 50) {\n      edges {\n        node {\n          key\n          title\n          summary\n          available\n          unavailableReason\n          defaults\n          modelKey\n          corpusKey\n          tasks { ...TaskNames }\n          orders { key title taskKeys hash }\n        }\n      }\n    }\n    models(first: 100) { edges { node { key encoderId parameterCount image { size } } } }\n    methods { key title paper summary trains reference parameters }\n    runSettings\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SuiteWithModel($suite: String!, $model: String!) {\n    suite(key: $suite) { key available(model: $model) unavailableReason(model: $model) }\n  }\n"): (typeof documents)["\n  query SuiteWithModel($suite: String!, $model: String!) {\n    suite(key: $suite) { key available(model: $model) unavailableReason(model: $model) }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StartRun($input: StartRunInput!) {\n    startRun(input: $input) {\n      run { id key name seed }\n      userErrors { code field message }\n    }\n  }\n"): (typeof documents)["\n  mutation StartRun($input: StartRunInput!) {\n    startRun(input: $input) {\n      run { id key name seed }\n      userErrors { code field message }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Published on PublishedRow {\n    orderKey table title variant confidence source remarks\n    method { key }\n    values { key value recomputed }\n    tasks { key taskKey value }\n  }\n"): (typeof documents)["\n  fragment Published on PublishedRow {\n    orderKey table title variant confidence source remarks\n    method { key }\n    values { key value recomputed }\n    tasks { key taskKey value }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Corpora {\n    corpora { id key title figures modalities licenceGroups indexed digest synthetic exampleQuestions }\n  }\n"): (typeof documents)["\n  query Corpora {\n    corpora { id key title figures modalities licenceGroups indexed digest synthetic exampleQuestions }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment HitFields on Hit {\n    rank\n    dropped\n    dense { score rank }\n    visual { score rank }\n    lexical { score rank }\n    figure { id key caption modality anatomy licence licenceGroup article pmid pmcid doi url credit imageUrl }\n  }\n"): (typeof documents)["\n  fragment HitFields on Hit {\n    rank\n    dropped\n    dense { score rank }\n    visual { score rank }\n    lexical { score rank }\n    figure { id key caption modality anatomy licence licenceGroup article pmid pmcid doi url credit imageUrl }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Retrieve($input: RetrieveInput!) {\n    retrieve(input: $input) {\n      question\n      hits { ...HitFields }\n      dropped { ...HitFields }\n      counts { corpus dense visual kept distinctScores }\n      time { encode dense visual lexical total }\n      indexVersion\n      encoderId\n      store\n      exact\n    }\n  }\n"): (typeof documents)["\n  query Retrieve($input: RetrieveInput!) {\n    retrieve(input: $input) {\n      question\n      hits { ...HitFields }\n      dropped { ...HitFields }\n      counts { corpus dense visual kept distinctScores }\n      time { encode dense visual lexical total }\n      indexVersion\n      encoderId\n      store\n      exact\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunPage($id: ID!) {\n    run(id: $id) {\n      ...RunRow\n      suite { id key title corpusKey modelKey tasks { ...TaskNames } }\n      order { key title taskKeys hash }\n      method { key title paper summary trains reference parameters }\n      config\n      configHash\n      modelKey\n      encoderId\n      baseModel { key encoderId }\n      provenance\n      reproduce\n      seriesNames\n      matrix { taskKeys taskNames cells { ...Cell } }\n      references { task taskKey size bags questions indexVersion milliseconds }\n      checkpoints { task step digest bytes state at }\n    }\n    metrics { key title definition better unit }\n    runSettings\n  }\n"): (typeof documents)["\n  query RunPage($id: ID!) {\n    run(id: $id) {\n      ...RunRow\n      suite { id key title corpusKey modelKey tasks { ...TaskNames } }\n      order { key title taskKeys hash }\n      method { key title paper summary trains reference parameters }\n      config\n      configHash\n      modelKey\n      encoderId\n      baseModel { key encoderId }\n      provenance\n      reproduce\n      seriesNames\n      matrix { taskKeys taskNames cells { ...Cell } }\n      references { task taskKey size bags questions indexVersion milliseconds }\n      checkpoints { task step digest bytes state at }\n    }\n    metrics { key title definition better unit }\n    runSettings\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment TaskNames on Task {\n    key\n    name\n    modality\n    classes { id name }\n  }\n"): (typeof documents)["\n  fragment TaskNames on Task {\n    key\n    name\n    modality\n    classes { id name }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Cell on MatrixCell {\n    row\n    column\n    taskKey\n    n\n    accuracy\n    low\n    high\n    balancedAccuracy\n    auc\n    confusion\n  }\n"): (typeof documents)["\n  fragment Cell on MatrixCell {\n    row\n    column\n    taskKey\n    n\n    accuracy\n    low\n    high\n    balancedAccuracy\n    auc\n    confusion\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunSeries($id: ID!, $names: [String!]!, $maxPoints: Int!) {\n    run(id: $id) { id lastSeq series(names: $names, maxPoints: $maxPoints) { name steps values points } }\n  }\n"): (typeof documents)["\n  query RunSeries($id: ID!, $names: [String!]!, $maxPoints: Int!) {\n    run(id: $id) { id lastSeq series(names: $names, maxPoints: $maxPoints) { name steps values points } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunMetrics($id: ID!) {\n    run(id: $id) {\n      id\n      heartbeatAt\n      metrics { key value }\n      checkpoints { task step digest bytes state at }\n    }\n  }\n"): (typeof documents)["\n  query RunMetrics($id: ID!) {\n    run(id: $id) {\n      id\n      heartbeatAt\n      metrics { key value }\n      checkpoints { task step digest bytes state at }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunHistory($id: ID!, $first: Int!, $after: String, $types: [String!]) {\n    run(id: $id) {\n      id\n      events(first: $first, after: $after, types: $types) {\n        pageInfo { hasNextPage endCursor }\n        edges { node { runId seq type at payload } }\n      }\n    }\n  }\n"): (typeof documents)["\n  query RunHistory($id: ID!, $first: Int!, $after: String, $types: [String!]) {\n    run(id: $id) {\n      id\n      events(first: $first, after: $after, types: $types) {\n        pageInfo { hasNextPage endCursor }\n        edges { node { runId seq type at payload } }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription RunEvents($runId: ID!, $sinceSeq: Int!) {\n    runEvents(runId: $runId, sinceSeq: $sinceSeq) { runId seq type at payload }\n  }\n"): (typeof documents)["\n  subscription RunEvents($runId: ID!, $sinceSeq: Int!) {\n    runEvents(runId: $runId, sinceSeq: $sinceSeq) { runId seq type at payload }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StopRun($input: StopRunInput!) {\n    stopRun(input: $input) {\n      run { id state stateReason }\n      userErrors { code field message }\n    }\n  }\n"): (typeof documents)["\n  mutation StopRun($input: StopRunInput!) {\n    stopRun(input: $input) {\n      run { id state stateReason }\n      userErrors { code field message }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment RunRow on Run {\n    id\n    key\n    name\n    state\n    stateReason\n    seed\n    createdAt\n    startedAt\n    finishedAt\n    heartbeatAt\n    attempt\n    task\n    step\n    totalSteps\n    lastSeq\n    suite { id key title tasks { key } }\n    order { key title taskKeys }\n    method { key title trains }\n    metrics { key value }\n  }\n"): (typeof documents)["\n  fragment RunRow on Run {\n    id\n    key\n    name\n    state\n    stateReason\n    seed\n    createdAt\n    startedAt\n    finishedAt\n    heartbeatAt\n    attempt\n    task\n    step\n    totalSteps\n    lastSeq\n    suite { id key title tasks { key } }\n    order { key title taskKeys }\n    method { key title trains }\n    metrics { key value }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunsPage($first: Int!, $after: String, $filter: RunFilter, $sort: RunSort) {\n    runs(first: $first, after: $after, filter: $filter, sort: $sort) {\n      totalCount\n      pageInfo { hasNextPage endCursor }\n      edges { cursor node { ...RunRow } }\n    }\n  }\n"): (typeof documents)["\n  query RunsPage($first: Int!, $after: String, $filter: RunFilter, $sort: RunSort) {\n    runs(first: $first, after: $after, filter: $filter, sort: $sort) {\n      totalCount\n      pageInfo { hasNextPage endCursor }\n      edges { cursor node { ...RunRow } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ProjectEvents {\n    projectEvents { kind run { ...RunRow } }\n  }\n"): (typeof documents)["\n  subscription ProjectEvents {\n    projectEvents { kind run { ...RunRow } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunFilters {\n    suites(first: 50) { edges { node { key title } } }\n    methods { key title }\n  }\n"): (typeof documents)["\n  query RunFilters {\n    suites(first: 50) { edges { node { key title } } }\n    methods { key title }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Status {\n    status {\n      version\n      ready\n      workers\n      queued\n      running\n      backend\n      setup { key title state done total message }\n    }\n  }\n"): (typeof documents)["\n  query Status {\n    status {\n      version\n      ready\n      workers\n      queued\n      running\n      backend\n      setup { key title state done total message }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TasksPage($first: Int!, $after: String) {\n    tasks(first: $first, after: $after) {\n      totalCount\n      pageInfo { hasNextPage endCursor }\n      edges {\n        node {\n          id\n          key\n          name\n          domain\n          modality\n          anatomy\n          classes { id name promptName }\n          splits { split count }\n          licence\n          citation\n          notes\n          synthetic\n          digest\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query TasksPage($first: Int!, $after: String) {\n    tasks(first: $first, after: $after) {\n      totalCount\n      pageInfo { hasNextPage endCursor }\n      edges {\n        node {\n          id\n          key\n          name\n          domain\n          modality\n          anatomy\n          classes { id name promptName }\n          splits { split count }\n          licence\n          citation\n          notes\n          synthetic\n          digest\n        }\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;