/**
 * Every bound of the program, each with its reason and its unit in the name. Code that meets one says its name in the
 * error, so that an operator finds it here.
 */

// --- DNS messages (RFC 1035, 6891, 9715) ---

/** Octets of a name in wire form (RFC 1035 2.3.4). */
export const NAME_BYTES_MAX = 255;
/** Octets of a label (RFC 1035 2.3.4). */
export const LABEL_BYTES_MAX = 63;
/** Labels of a name, without the root: 255 octets hold 127 labels of one octet. */
export const NAME_LABELS_MAX = 127;
/** UDP answer without EDNS (RFC 1035 4.2.1). */
export const UDP_PLAIN_BYTES_MAX = 512;
/** UDP answer with EDNS, whatever the client offers: no fragment on any sane path (RFC 9715). */
export const UDP_EDNS_BYTES_MAX = 1232;
/** A message over TCP: two octets of length. */
export const MESSAGE_BYTES_MAX = 65535;
/** Octets of a character string: one octet of length (RFC 1035 3.3). */
export const CHARACTER_STRING_BYTES_MAX = 255;
/** Octets of one RDATA. */
export const RDATA_BYTES_MAX = 65535;
/** CNAME and DNAME steps followed inside a zone before the answer stops with what it has: longer chains are mistakes. */
export const CHAIN_STEPS_MAX = 8;
/** Records of a dynamic name in one answer (01-zone-format, `answers`). */
export const ANSWERS_MAX = 16;
/** Different targets of one RRset that follows health: each is two decisions a query, and a client that needs more than a few is lost. */
export const FOLLOWED_TARGETS_MAX = 32;

// --- Zones ---

/** Octets of one zone file; 1,000,000 names in master format take some 60 MB. */
export const ZONE_FILE_BYTES_MAX = 256 * 1024 * 1024;
/** Zones in one server. */
export const ZONES_MAX = 100_000;
/** Zones whose answers are counted apart, a word each per worker and a series each in metrics; the rest is one. */
export const ZONES_COUNTED_MAX = 1_000;
/** Depth of `!include` and `$INCLUDE`: deeper is a cycle or a mistake. */
export const INCLUDE_DEPTH_MAX = 8;
/** Files one zone may include, all told. */
export const INCLUDE_FILES_MAX = 1_000;
/** Static records of one zone: ten times the largest zone meant for one server. */
export const ZONE_RECORDS_MAX = 10_000_000;
/** Octets of owners and RDATA of one zone; a short line under a long $ORIGIN makes 20 times its own length. */
export const ZONE_RECORDS_BYTES_MAX = 1024 * 1024 * 1024;
/** Record types at one name, each a step of the search that a query makes there; a busy apex has ten, and BIND's limit is the same. */
export const TYPES_PER_NAME_MAX = 100;
/** Names outside of our zones that ALIASes lead to: each is two questions to a resolver as often as its TTL says. */
export const ALIAS_TARGETS_MAX = 1_000;
/** Addresses kept of one such name and type; an answer of more over UDP is truncated anyway. */
export const ALIAS_ADDRESSES_MAX = 32;
/** Questions to resolvers under way at once: a socket each. */
export const ALIAS_QUERIES_MAX = 32;
/** Seconds for which an ALIAS target's addresses hold at least: a TTL of 0 must not be a question a second and name. */
export const ALIAS_TTL_SECONDS_MIN = 5;
/** And at most: a target that moved is found within the hour, whatever its old TTL. */
export const ALIAS_TTL_SECONDS_MAX = 3_600;
/** Words of one record in a master file: 65,535 octets of hex written one octet a word, and a header. */
export const RECORD_WORDS_MAX = 66_000;
/** Records of one `$GENERATE`: a /16 of reverse names. */
export const GENERATE_RECORDS_MAX = 65_536;
/** Records from all `$GENERATE` of a zone. */
export const GENERATE_TOTAL_MAX = 1_000_000;
/** Characters of the templates of one `$GENERATE`, which are expanded once a record. */
export const GENERATE_TEMPLATE_CHARS_MAX = 1_024;
/** Characters of one YAML file: 1,000,000 plain names take some 60 MB, and the parser several hundred bytes a name. */
export const YAML_FILE_BYTES_MAX = 64 * 1024 * 1024;
/** Characters of a YAML file from which on it is read in pieces, and of one piece: what the parser makes of it dies young. */
export const YAML_PIECE_CHARS = 2 * 1024;
/** Characters of a record that is read like others of its shape: no more than YAML allows a key, so that no word in it can be too long for one. */
export const YAML_SHAPE_CHARS_MAX = 1_024;
/** Shapes of records that are remembered while a file is read; each takes a few KB. */
export const YAML_SHAPES_MAX = 1_000;
/** Characters of all YAML files of one zone, those included several times counted each time. */
export const YAML_ZONE_CHARS_MAX = 256 * 1024 * 1024;
/** Nesting in a YAML file: a steered record has 8 levels, so more is a mistake or an attack on the stack. */
export const YAML_DEPTH_MAX = 100;
/** YAML values read for one zone, what an alias or merge repeats counted each time: stops a file that blows itself up. */
export const YAML_NODES_MAX = 10_000_000;
/** Records of one zone in YAML, those that an alias repeats counted each time. */
export const YAML_RECORDS_MAX = 1_000_000;
/** Pools of one dynamic record. */
export const POOLS_MAX = 1_000;
/** Endpoints of one pool. */
export const POOL_ENDPOINTS_MAX = 10_000;
/** Dynamic blocks of one zone that later records are compared with while it is compiled: some 1 KB of text each. */
export const SHARED_BLOCKS_MAX = 10_000;
/** Rules of one dynamic record: a class is 16 bits with some values reserved. */
export const RULES_MAX = 10_000;
/** TXT `_explain` answers of one worker in a second: of the largest record they take some 60 ms of it. */
export const EXPLAIN_ANSWERS_PER_SECOND = 2;
/** Networks that may ask for them: operators' own. */
export const EXPLAIN_SOURCES_MAX = 64;
/** Strings of one such answer: an ordinary record has ten; the whole stays below 16 KB. */
export const EXPLAIN_STRINGS_MAX = 60;
/** Octets of one rule's geo codes and subnets that are kept for explanations: all of an ordinary rule, the first 100 of a list. */
export const RULE_TEXT_BYTES_MAX = 2_048;
/** Faults reported of one file; the rest is counted. Nobody reads more. */
export const FAULTS_PER_FILE_MAX = 1_000;
/** Characters of a fault's message; what a file says at greater length is cut. */
export const FAULT_MESSAGE_CHARS_MAX = 2_000;

// --- Geo ---

/** Location classes of one table: the value of a run is 22 bits; full city data has some 30,000. */
export const LOCATION_CLASSES_MAX = 4_000_000;
/** Distinct orders of pools that one record prefers in different places: a class is 16 bits, of which rules take up to 10,000. */
export const PREFERENCE_ROWS_MAX = 50_000;
/** Pools told apart by distance in one place; beyond the 64 nearest, all down, the order no longer matters. */
export const WALK_POOLS_MAX = 64;
/** Octets of one MMDB file; the largest commercial city data is below 1 GB. */
export const MMDB_FILE_BYTES_MAX = 2 * 1024 * 1024 * 1024 - 1;
/** Maps in arrays in maps of one MMDB record; real records have 4. Deeper is damage, or meant to exhaust the stack. */
export const MMDB_DEPTH_MAX = 32;
/** Tree steps of one MMDB file for each of its nodes: 1 in a tree, a few when equal subtrees are shared, more is a trap. */
export const MMDB_STEPS_PER_NODE_MAX = 4;
/** Values decoded for each octet of an MMDB file's data; below 1 in any real file, more means that records overlap by design. */
export const MMDB_VALUES_PER_BYTE_MAX = 4;
/** Values of one MMDB record, those behind its pointers not counted; a city with its names in ten languages has some 120. */
export const MMDB_RECORD_VALUES_MAX = 4_096;
/** Points that the line of latency over distance is drawn through: each pair of them is a slope. */
export const LATENCY_POINTS_MAX = 400;
/** Lines of latency.csv: 2,000 places and networks to each of 100 regions. */
export const LATENCY_ROWS_MAX = 200_000;
/** Regions in regions.yaml. */
export const REGIONS_MAX = 1_000;
/** Networks in networks.yaml. */
export const NETWORKS_MAX = 100_000;

// --- Health ---

/** Endpoint slots of a node: one 32-bit word each. */
export const ENDPOINT_SLOTS_MAX = 1_048_576;

/** Characters of an endpoint's key: zone, name and pool of 255 each at most, escaped, and a value. */
export const ENDPOINT_KEY_CHARS_MAX = 4_096;

/** Endpoints whose weights take their step after loads in one second: 20 agents' reports on each take some 10 ms to look up. */
export const CORRECTIONS_PER_TICK_MAX = 1_000;

/** Operators' shifts at once: each endpoint is compared with each, whenever its word is written. */
export const OVERRIDES_MAX = 1_000;
/** Characters of one shift in text form: a key and two texts. */
export const OVERRIDE_BYTES_MAX = 8_192;
/** Characters of a shift's reason, and of its maker's name. */
export const OVERRIDE_TEXT_CHARS_MAX = 500;
/** A shift lasts at least a minute, in which all nodes have heard of it, */
export const OVERRIDE_MS_MIN = 60_000;
/** and at most 72 hours: what is meant to stay belongs in the zone file. */
export const OVERRIDE_MS_MAX = 72 * 3_600_000;

// --- Probes ---

/** Checks of one agent under way at once: 10,000 targets every 5 s, all hanging until 1.5 s, are 3,000. A socket each. */
export const PROBE_CONCURRENCY_MAX = 4_096;
/** Octets of a response's header block; what servers themselves allow. */
export const PROBE_HEADER_BYTES_MAX = 16_384;
/** Octets of a response's body in which the expected text must stand (01-zone-format, `expect_body`). */
export const PROBE_BODY_BYTES_MAX = 5_120;
/** Octets of an endpoint's load report, and of a header that holds one; an honest one has some 200. */
export const LOAD_REPORT_BYTES_MAX = 16_384;
/** Values of one load report, or of one map in it. */
export const LOAD_METRICS_MAX = 256;
/** Longest time for which a load report may claim to be true. */
export const LOAD_VALID_SECONDS_MAX = 3_600;
/** Load reports in one push to the admin API, and in one entry of the stream: as many as ADMIN_BODY_BYTES_MAX holds of ordinary ones. */
export const LOADS_PUSHED_MAX = 500;
/** Characters of such an entry: four times a request's body, since numbers may be longer here than they were there. */
export const LOADS_PUSHED_CHARS_MAX = 256 * 1024;
/** Characters of a regular expression in a health check: longer ones are not written by people. */
export const PATTERN_CHARS_MAX = 512;
/** Steps of its compiled form: 5,120 octets through 256 steps take some 5 ms at the very worst. */
export const PATTERN_STEPS_MAX = 256;
/** Octets that a TCP, TLS or UDP check sends: one datagram that no path fragments. */
export const CHECK_SEND_BYTES_MAX = 1_232;
/** Records that a DNS check expects; an answer over UDP without EDNS holds no more than 30 addresses. */
export const CHECK_ANSWERS_MAX = 32;
/** Interim (1xx) responses before the final one: honest servers send one or two. */
export const PROBE_INTERIM_RESPONSES_MAX = 8;
/** TLS sessions an agent keeps, some 2 KB each: one for each HTTPS check of a large agent. */
export const PROBE_TLS_SESSIONS_MAX = 16_384;
/** Host names of targets whose addresses an agent remembers; more than it can check. */
export const PROBE_NAMES_MAX = 20_000;
/** Certificates whose end an agent's metrics name, those that end soonest: each is a time series. */
export const CERTIFICATES_SHOWN_MAX = 100;
/** Characters of a check's id: a URL with every setting of the check behind it. */
export const CHECK_ID_CHARS_MAX = 8_192;
/** Characters of the reason an agent gives: one line for people. */
export const CHECK_REASON_CHARS_MAX = 200;
/** Checks of one agent: at one every 5 s this is 13,000 a second, more than an agent can do. */
export const AGENT_REPORTS_MAX = 65_536;
/** Characters (and octets) of one agent's snapshot: 65,536 reports of 250. Longer values in Redis are never fetched. */
export const SNAPSHOT_BYTES_MAX = 16 * 1024 * 1024;
/** All agents' snapshots that one reading takes in: 100 agents of 10,000 checks. The rest is refused, not fetched. */
export const SNAPSHOTS_BYTES_MAX = 256 * 1024 * 1024;
/** Reports in one entry of the stream of changes; more are sent in several. */
export const CHANGES_REPORTS_MAX = 500;
/** Characters of the stream's last seconds that a node takes in when it starts: 130,000 reports of 250 died at once. Beyond it waits for snapshots. */
export const CHANGES_HISTORY_CHARS_MAX = 32 * 1024 * 1024;
/** Longest time between two publications an agent may announce: its votes stay fresh for three times as long. */
export const AGENT_INTERVAL_MS_MAX = 3_600_000;
/** Agent regions with a voice in who is sent where they say that an endpoint is down: a bit each in one word of memory (`health-table.ts`). */
export const REGION_NUMBERS_MAX = 31;
/** Agents a node listens to: 64 regions of 4. */
export const AGENTS_MAX = 256;
/** DNS nodes that a status lists. */
export const NODES_MAX = 1_024;
/** Hosts in one Redis address, and nodes of a Cluster that are remembered: any one of them leads to the others. */
export const REDIS_HOSTS_MAX = 64;
/** Characters of the whole address: so many hosts of 253 characters. */
export const REDIS_ADDRESS_CHARS_MAX = 20_000;
/** Octets of a file with a password, a certificate or a key for Redis; a bundle of authorities has some 250 KB. */
export const REDIS_SECRET_BYTES_MAX = 1024 * 1024;
/** Octets of one DNS node's status. */
export const NODE_STATUS_BYTES_MAX = 16 * 1024;
/** Octets of the file that keeps verdicts over a restart: 262,144 checks of 250. */
export const FEED_STATE_BYTES_MAX = 64 * 1024 * 1024;

// --- Command line and admin API ---

/** UDP worker threads of a node: more than the cores of any machine this was made for only costs memory. */
export const WORKERS_MAX = 64;
/** Octets of a configuration file; the longest honest one is some 2 KB. */
export const CONFIG_FILE_BYTES_MAX = 256 * 1024;
/** Octets of a trace that is replayed: a record of 10,000 endpoints takes some 3 MB. */
export const TRACE_FILE_BYTES_MAX = 64 * 1024 * 1024;
/** Octets of a request's body at the admin API: a what-if with all the edits that it may have. */
export const ADMIN_BODY_BYTES_MAX = 64 * 1024;
/** Time that a client of the admin API has to send its request. */
export const ADMIN_REQUEST_MS_MAX = 10_000;
/** Requests of one client to the admin API a second, for long: ten pages that look on and a script. Each costs a millisecond or so. */
export const ADMIN_REQUESTS_PER_SECOND = 100;
/** And at once: a thousand pages of one operations centre that come back after a restart, each with its stream. */
export const ADMIN_REQUESTS_BURST = 2_000;
/** Requests that a wrong token costs: five guesses a second, for long. */
export const ADMIN_WRONG_TOKEN_REQUESTS = 20;
/** Clients whose requests are counted, some 200 octets each: three times as many as can be connected. */
export const ADMIN_CLIENTS_MAX = 4_096;
/** Streams of events at once: every screen of a large operations centre. Each costs a socket and some 30 KB. */
export const ADMIN_STREAMS_MAX = 1_000;
/** Files of the operator's page and their octets, which are held in memory: twenty times what the build makes. */
export const CONSOLE_FILES_MAX = 200;
export const CONSOLE_BYTES_MAX = 8_000_000;
/** Connections to the admin API at once: streams, and scrapers and people besides. */
export const ADMIN_CONNECTIONS_MAX = ADMIN_STREAMS_MAX + 256;
/** Octets that wait for a slow reader of events before it is cut off: minutes of a busy node. */
export const ADMIN_STREAM_WAITING_BYTES_MAX = 256 * 1024;
/** Entries of a list in one answer of the admin API: some 2 MB of endpoints. */
export const ADMIN_PAGE_MAX = 2_000;
/** Edits of each kind in one what-if over the API: more than there are regions anywhere. */
export const WHAT_IF_EDITS_MAX = 200;
/** Questions that wait for the planner: a few people at once. */
export const PLANS_WAITING_MAX = 4;
/** Time for one what-if: full city data and some thousand records take a few seconds. */
export const PLAN_MS_MAX = 20_000;
/** Steered records in one map; a name narrows it down. Each has some 250 countries. */
export const MAP_RECORDS_MAX = 50;
/** Events that a node remembers: a bad night's. */
export const EVENTS_MAX = 1_000;
/** Octets of one event's data; of a longer one only the message is kept. */
export const EVENT_BYTES_MAX = 4_096;
/** Endpoints whose history a node keeps, 1 KB each; beyond, status alone tells. */
export const HISTORY_ENDPOINTS_MAX = 10_000;

/** Places whose queries a node counts, a day: six times those of full city data, and room for new data within the day. */
export const DEMAND_PLACES_MAX = 200_000;
/** Lines of a demand file: every place of full city data, thirty times. */
export const DEMAND_ROWS_MAX = 1_000_000;
/** Octets of a demand file: as many lines of 60. */
export const DEMAND_FILE_BYTES_MAX = 64 * 1024 * 1024;

// --- Server ---

/** Octets the kernel queues per UDP socket: 50,000 small queries, what comes in while a worker takes new tables. */
export const UDP_RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** Answers of one `dgram` worker that the kernel has not taken yet; more are dropped and counted, as the kernel would. */
export const UDP_SENDS_PENDING_MAX = 256;
/** Octets of a buffer for one query and its answer over UDP; answers are at most UDP_EDNS_BYTES_MAX. */
export const UDP_MESSAGE_BYTES = 4096;
/** Messages of one recvmmsg and sendmmsg: beyond 64 the share of the system call in a query's cost no longer shrinks. */
export const UDP_BATCH_MESSAGES = 64;
/** Answers that the kernel takes as one, to one client, and sends as so many datagrams; it takes 64 KB at once. */
export const UDP_GROUP_ANSWERS_MAX = 32;
/** Octets of an answer that may travel so: any network device takes it whole, as the kernel demands. */
export const UDP_GROUPED_BYTES_MAX = 1_232;
/** Batches whose answers travel alone after the kernel refused a group. */
export const UDP_UNGROUPED_BATCHES = 1_000;
/**
 * From this many queries a second on a worker lets the next batch gather for UDP_GATHER_US, unless the last was full or small: they are
 * answered in fewer system calls and fewer sleeps. Below it, each is answered as soon as it comes.
 */
export const UDP_GATHER_FROM_PER_SECOND = 100_000;
/** Over so long at least, in milliseconds: what a stalled machine delivers in a burst afterwards is late already and waits for nothing. */
export const UDP_GATHER_LOOK_MS = 20;
/** A batch as small as this is followed by no wait, whatever the rate was: the queries have ended. */
export const UDP_GATHER_FROM_MESSAGES = 4;
/** Microseconds; the kernel adds its timer slack of 50. */
export const UDP_GATHER_US = 100;
/** Time slice of a `mmsg` worker, in nanoseconds: the least that the kernel grants. */
export const UDP_SLICE_NS = 100_000;
/**
 * Octets of a zone image from which on batches are warmed for it: half of what a server's core mostly has of caches of its own, where the
 * kernel's part of each query wants its place too. Queries for less are answered from there.
 */
export const WARMED_ZONE_BYTES_MIN = 512 * 1024;
/** Longest wait of a batching worker in the kernel, in milliseconds: how late it may see new tables or the word to stop. */
export const UDP_WAIT_MS = 100;
/** TCP connections at once. When they are all taken, the one that has been idle longest goes, never the newcomer. */
export const TCP_CONNECTIONS_MAX = 1_000;
/** TCP connections of one address, with the same rule: no single client can push all others out. */
export const TCP_CONNECTIONS_PER_ADDRESS_MAX = 200;
/** Time without a query after which a connection is closed (RFC 7766 6.2.3: "on the order of a few seconds"). */
export const TCP_IDLE_MS = 10_000;
/** The same in a pool that is full: a client that has more to ask does so within a round trip or two. */
export const TCP_IDLE_MS_MIN = 1_000;
/** Time between two looks at how many descriptors the process has left. */
export const TCP_ROOM_MS = 250;
/** Descriptors kept back from connections: files of a reload, Redis, the API, the log. */
export const DESCRIPTORS_RESERVED = 64;
/** Time for a TLS handshake: four round trips on a bad path. */
export const TLS_HANDSHAKE_MS = 5_000;
/** Octets of a certificate chain or key file: a chain of five takes some 10 KB. */
export const TLS_FILE_BYTES_MAX = 256 * 1024;
/** Days before a certificate ends from which the operator is warned. */
export const TLS_EXPIRY_WARNING_DAYS = 7;
/** HTTP/2 streams of one connection at once; each is answered in the turn in which its request is complete. */
export const DOH_STREAMS_MAX = 64;
/** Octets of all headers of one request: a GET of 4 KB of DNS in base64, and some. */
export const DOH_HEADER_BYTES_MAX = 8_192;
/** Headers of one request; browsers send some 15. */
export const DOH_HEADERS_MAX = 64;
/** Streams that a client may reset in a burst, and per second after it (CVE-2023-44487); then its connection is closed. */
export const DOH_RESETS_MAX = 100;
/** Octets of requests of one HTTP/2 connection that are not complete yet. */
export const DOH_PENDING_BYTES_MAX = 256 * 1024;
/** Time in which a message that has begun must be complete: a client that drips octets holds a connection for no more. */
export const TCP_FRAME_MS = 2_000;
/** Octets of answers a client may leave unread; above, no more of its queries are read. */
export const TCP_BACKLOG_BYTES_MAX = 256 * 1024;
/** Time in which a client must have read a full backlog: 25 KB/s. */
export const TCP_STALL_MS = 10_000;
/** Queries of one connection answered in one turn of the loop; then the others have theirs. */
export const TCP_QUERIES_PER_TURN = 128;
/** Time that connections are given to end by themselves when the server stops. */
export const TCP_DRAIN_MS = 1_000;
/** Time between two looks at the deadlines of all connections. */
export const TCP_SWEEP_MS = 250;
/** Octets of a PROXY header with its TLVs: addresses take 52, the TLVs of known balancers some 200. */
export const PROXY_HEADER_BYTES_MAX = 512;
/** Prefixes of trusted proxies: each datagram is compared with all of them. */
export const PROXY_SOURCES_MAX = 64;
/** Faults of one zone kept for status; all are in the log, and `check` prints them. */
export const STATUS_FAULTS_MAX = 50;
/** Octets of one file in the state directory: the compiled city data takes some 60 MB. */
export const STATE_FILE_BYTES_MAX = 512 * 1024 * 1024;
/** Directories watched for changes: the kernel's default allows a user 8,192; the others are seen by the slow look. */
export const WATCH_DIRECTORIES_MAX = 1_024;
/** Octets of the compiled tables of all steering groups; beyond, the largest groups are refused with their zone. */
export const CLASS_TABLES_BYTES_MAX = 256 * 1024 * 1024;
/** Buckets of response rates in one worker, 8 octets each: as many (network, name) pairs as ask in one second of a busy one. */
export const RATE_BUCKETS = 65_536;
/** Answers a second that a bucket can be set to: its tokens are whole 1/64,000 of a second, exact to a few percent up to here. */
export const RATE_PER_SECOND_MAX = 10_000;
/** Networks exempt from rate limits: looked through for each answer over the limit. */
export const RATE_EXEMPT_MAX = 100;
/** Octets of the file of cookie secrets: two lines and what an operator notes beside them. */
export const COOKIE_SECRET_FILE_BYTES_MAX = 4_096;
/** Characters by which a server tells who it is; NSID makes answers that much longer. */
export const SERVER_ID_CHARS_MAX = 64;
/** Octets of log lines held for a reader that does not read; later lines are dropped, so that serving never waits. */
export const LOG_BUFFER_BYTES_MAX = 4 * 1024 * 1024;
/** Time that a stopping process may take to answer what has come in. */
export const DRAIN_MS_MAX = 15_000;
