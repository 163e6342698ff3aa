"""The schema, as the append-only steps that made it: a step is never changed, only followed."""

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE people (                    -- whoever has given a key
            chat_id BIGINT PRIMARY KEY,
            language TEXT NOT NULL,              -- as Telegram tells it, "" when it does not
            blocked_at DOUBLE PRECISION,         -- they blocked the bot: nothing is sent until they return
            created_at DOUBLE PRECISION NOT NULL
        )
        """,
        """
        CREATE TABLE catalogs (                  -- price lists; equal ones are kept once
            digest TEXT PRIMARY KEY,
            body BLOB NOT NULL,                  -- JSON, compressed
            stored_at DOUBLE PRECISION NOT NULL
        )
        """,
        """
        CREATE TABLE accounts (                  -- a chat's API key at a panel
            id TEXT PRIMARY KEY,
            chat_id BIGINT NOT NULL,
            panel TEXT NOT NULL,                 -- its URL
            encrypted_key BLOB,                  -- NULL once replaced and no longer needed
            encryption_key_id TEXT NOT NULL,     -- which of ENCRYPTION_KEYS encrypted it
            last_four TEXT NOT NULL,
            currency TEXT NOT NULL,              -- "" when the panel names none
            catalog_digest TEXT,                 -- the key's price list
            catalog_at DOUBLE PRECISION,         -- when it was fetched
            parked_at DOUBLE PRECISION,          -- the panel rejects the key: machines leave it alone
            replaced_at DOUBLE PRECISION,        -- another key took its place; open orders need this one
            rest_until DOUBLE PRECISION NOT NULL DEFAULT 0, -- machines wait: a lease, or a failure
            failures INTEGER NOT NULL DEFAULT 0, -- failed looks in a row
            created_at DOUBLE PRECISION NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX accounts_current ON accounts (chat_id, panel) WHERE replaced_at IS NULL",
        """
        CREATE TABLE orders (
            id TEXT PRIMARY KEY,                 -- the id of the draft that was confirmed
            chat_id BIGINT NOT NULL,
            account_id TEXT NOT NULL REFERENCES accounts (id),
            state TEXT NOT NULL,                 -- placing | open | ended | rejected | uncertain | dismissed
            process TEXT NOT NULL,               -- which run of the program confirmed it
            message_id BIGINT,                   -- the message that tells the outcome
            panel_order_id TEXT,                 -- NULL until the panel answered
            service_id TEXT NOT NULL,
            service_name TEXT NOT NULL,
            fields TEXT NOT NULL,                -- JSON: what was sent, by API parameter
            link TEXT NOT NULL,                  -- of these fields, "" when there is none
            quantity BIGINT,                     -- what is delivered, counted; NULL for packages
            price TEXT NOT NULL,                 -- the charge that was shown and confirmed
            currency TEXT NOT NULL,
            balance_before TEXT,
            balance_after TEXT,
            reason TEXT,                         -- why the panel refused it, in its own words
            word TEXT,                           -- the status in the panel's words, NULL until looked at
            charge TEXT,
            start_count BIGINT,
            remains BIGINT,
            change_number INTEGER NOT NULL DEFAULT 0,
            look_factor INTEGER NOT NULL DEFAULT 1, -- POLL_INTERVALs between two looks
            next_poll_at DOUBLE PRECISION,       -- NULL when it is not looked at any more
            created_at DOUBLE PRECISION NOT NULL,
            changed_at DOUBLE PRECISION NOT NULL -- of state or status
        )
        """,
        "CREATE INDEX orders_of_chat ON orders (chat_id, created_at)",
        "CREATE INDEX orders_due ON orders (next_poll_at) WHERE next_poll_at IS NOT NULL",
        "CREATE INDEX orders_of_account ON orders (account_id, next_poll_at)",
        "CREATE INDEX orders_placing ON orders (process) WHERE state = 'placing'",
        """
        CREATE TABLE outbox (                    -- what people are still to be told
            id INTEGER PRIMARY KEY,
            chat_id BIGINT NOT NULL,
            order_id TEXT,                       -- NULL when it is about the key
            change_number INTEGER,               -- of the order; 0 is the outcome of placing it
            kind TEXT NOT NULL,                  -- outcome | change | parked
            facts TEXT NOT NULL,                 -- JSON; the text is made when it is sent
            send_at DOUBLE PRECISION NOT NULL,   -- not before; a claim's lease too
            created_at DOUBLE PRECISION NOT NULL,
            UNIQUE (order_id, change_number)
        )
        """,
        "CREATE INDEX outbox_of_chat ON outbox (chat_id, id)",
        """
        CREATE TABLE conversations (             -- where a person is in a dialog; no row: nowhere
            chat_id BIGINT PRIMARY KEY,
            step TEXT NOT NULL,
            draft TEXT NOT NULL,                 -- JSON
            version INTEGER NOT NULL
        )
        """,
        """
        CREATE TABLE inbox (                     -- Telegram's updates, stored before they are confirmed
            update_id BIGINT PRIMARY KEY,
            chat_id BIGINT,                      -- NULL once handled
            body BLOB,                           -- encrypted JSON, since people type keys; NULL once handled
            received_at DOUBLE PRECISION NOT NULL,
            handled_at DOUBLE PRECISION
        )
        """,
        "CREATE INDEX inbox_waiting ON inbox (update_id) WHERE handled_at IS NULL",
        "CREATE INDEX inbox_of_chat ON inbox (chat_id) WHERE chat_id IS NOT NULL",
        """
        CREATE TABLE refused_keys (              -- to pause before a panel blocks our address
            who TEXT NOT NULL,                   -- keyed hash of the chat
            refused_at DOUBLE PRECISION NOT NULL
        )
        """,
    ),
    (
        "ALTER TABLE orders ADD COLUMN said TEXT",  # what the panel said of it last, NULL: not kept
        # until then, hearing the same again means nothing new
        "ALTER TABLE orders ADD COLUMN steady_until DOUBLE PRECISION NOT NULL DEFAULT 0",
    ),
    (
        """
        CREATE TABLE orders_3 (                  -- orders placed elsewhere too, and the children of orders
            id TEXT PRIMARY KEY,                 -- the id of the draft that was confirmed
            chat_id BIGINT NOT NULL,
            account_id TEXT NOT NULL REFERENCES accounts (id),
            parent_id TEXT,                      -- the subscription or drip-feed that made it
            mass_id TEXT,                        -- the mass order it is a line of
            mass_line INTEGER,                   -- which line, from 1
            state TEXT NOT NULL,                 -- queued | placing | open | ended | rejected | uncertain
                                                 -- | dismissed
            process TEXT NOT NULL,               -- which run of the program confirmed it
            message_id BIGINT,                   -- the message that tells the outcome
            panel_order_id TEXT,                 -- NULL until the panel answered
            service_id TEXT NOT NULL,            -- "" when it is not known, like the next three
            service_name TEXT NOT NULL,
            fields TEXT NOT NULL,                -- JSON: what was sent, by API parameter
            link TEXT NOT NULL,                  -- of these fields, "" when there is none
            quantity BIGINT,                     -- what is delivered, counted; NULL for packages
            price TEXT,                          -- the charge that was confirmed; NULL: nobody knows it yet
            currency TEXT NOT NULL,
            balance_before TEXT,
            balance_after TEXT,
            reason TEXT,                         -- why the panel refused it, in its own words
            word TEXT,                           -- the status in the panel's words, NULL until looked at
            charge TEXT,
            start_count BIGINT,
            remains BIGINT,
            change_number INTEGER NOT NULL DEFAULT 0,
            look_factor INTEGER NOT NULL DEFAULT 1, -- POLL_INTERVALs between two looks
            next_poll_at DOUBLE PRECISION,       -- NULL when it is not looked at any more
            cancel_asked_at DOUBLE PRECISION,    -- the panel took a request to cancel it
            created_at DOUBLE PRECISION NOT NULL,
            changed_at DOUBLE PRECISION NOT NULL, -- of state or status
            said TEXT,                           -- what the panel said of it last, NULL: not kept
            steady_until DOUBLE PRECISION NOT NULL DEFAULT 0 -- until then the same again is no news
        )
        """,
        """
        INSERT INTO orders_3 (id, chat_id, account_id, state, process, message_id, panel_order_id,
            service_id, service_name, fields, link, quantity, price, currency, balance_before,
            balance_after, reason, word, charge, start_count, remains, change_number, look_factor,
            next_poll_at, created_at, changed_at, said, steady_until)
        SELECT id, chat_id, account_id, state, process, message_id, panel_order_id, service_id,
            service_name, fields, link, quantity, price, currency, balance_before, balance_after,
            reason, word, charge, start_count, remains, change_number, look_factor, next_poll_at,
            created_at, changed_at, said, steady_until FROM orders
        """,
        "DROP TABLE orders",
        "ALTER TABLE orders_3 RENAME TO orders",
        "CREATE INDEX orders_of_chat ON orders (chat_id, created_at)",
        "CREATE INDEX orders_due ON orders (next_poll_at) WHERE next_poll_at IS NOT NULL",
        "CREATE INDEX orders_of_account ON orders (account_id, next_poll_at)",
        "CREATE INDEX orders_placing ON orders (process) WHERE state = 'placing'",
        "CREATE INDEX orders_at_panel ON orders (account_id, panel_order_id)",
        "CREATE INDEX orders_of_parent ON orders (parent_id) WHERE parent_id IS NOT NULL",
        "CREATE INDEX orders_of_mass ON orders (mass_id, mass_line) WHERE mass_id IS NOT NULL",
        """
        CREATE TABLE masses (                    -- mass orders; their lines are orders once confirmed
            id TEXT PRIMARY KEY,
            chat_id BIGINT NOT NULL,
            account_id TEXT NOT NULL REFERENCES accounts (id),
            state TEXT NOT NULL,                 -- draft | placing
            lines TEXT NOT NULL,                 -- JSON: what was typed, line by line
            message_id BIGINT,                   -- the message that shows how far it is
            created_at DOUBLE PRECISION NOT NULL
        )
        """,
        "CREATE INDEX masses_of_chat ON masses (chat_id)",
        """
        CREATE TABLE refills (
            id TEXT PRIMARY KEY,
            chat_id BIGINT NOT NULL,
            account_id TEXT NOT NULL REFERENCES accounts (id),
            order_id TEXT NOT NULL REFERENCES orders (id),
            state TEXT NOT NULL,                 -- asking | open | ended | refused | uncertain
            process TEXT NOT NULL,               -- which run of the program asks for it
            panel_refill_id TEXT,                -- NULL until the panel answered
            reason TEXT,                         -- why the panel refused it, in its own words
            word TEXT,                           -- its status in the panel's words, NULL until looked at
            look_factor INTEGER NOT NULL DEFAULT 1,
            next_poll_at DOUBLE PRECISION,       -- NULL when it is not looked at any more
            created_at DOUBLE PRECISION NOT NULL,
            changed_at DOUBLE PRECISION NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX refills_in_flight ON refills (order_id) WHERE state IN ('asking', 'open')",
        "CREATE INDEX refills_of_chat ON refills (chat_id)",
        "CREATE INDEX refills_of_account ON refills (account_id, next_poll_at)",
        "CREATE INDEX refills_due ON refills (next_poll_at) WHERE next_poll_at IS NOT NULL",
        """
        CREATE TABLE favourites (                -- services a person starred
            chat_id BIGINT NOT NULL,
            panel TEXT NOT NULL,
            service_id TEXT NOT NULL,
            created_at DOUBLE PRECISION NOT NULL,
            PRIMARY KEY (chat_id, panel, service_id)
        )
        """,
    ),
    (
        # what a person wants to be told, and when
        "ALTER TABLE people ADD COLUMN told_of TEXT NOT NULL DEFAULT 'every'",  # every | ended | none
        "ALTER TABLE people ADD COLUMN quiet_from INTEGER",  # minutes after midnight, NULL: never
        "ALTER TABLE people ADD COLUMN quiet_to INTEGER",
        "ALTER TABLE people ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC'",  # IANA name
        "ALTER TABLE people ADD COLUMN digest INTEGER NOT NULL DEFAULT 0",  # 1: changes come once a day
        """
        CREATE TABLE replies (                   -- answers Telegram would not take yet
            id INTEGER PRIMARY KEY,
            chat_id BIGINT NOT NULL,
            facts TEXT NOT NULL,                 -- JSON: the message as it was to be shown
            created_at DOUBLE PRECISION NOT NULL
        )
        """,
        "CREATE INDEX replies_of_chat ON replies (chat_id, id)",
        # its person was told that the panel does not answer; NULL once it does again
        "ALTER TABLE accounts ADD COLUMN away_told_at DOUBLE PRECISION",
        # when its person wants to hear of it: in quiet hours or for a digest it waits; NULL: it may go
        "ALTER TABLE outbox ADD COLUMN held_until DOUBLE PRECISION",
        "CREATE INDEX outbox_held ON outbox (held_until) WHERE held_until IS NOT NULL",
        "CREATE INDEX outbox_going ON outbox (chat_id, id) WHERE held_until IS NULL",
        # its person was told, once, that it is pending far longer than usual
        "ALTER TABLE orders ADD COLUMN slow_told_at DOUBLE PRECISION",
        """
        CREATE INDEX orders_pending ON orders (account_id, service_id, changed_at)
        WHERE state = 'open' AND slow_told_at IS NULL AND parent_id IS NULL
        AND (word IS NULL OR lower(word) IN ('pending', 'awaiting'))
        """,
        """
        CREATE INDEX orders_completed ON orders (service_id, changed_at)
        WHERE state = 'ended' AND lower(word) = 'completed'
        """,
        # written to while the disk takes nothing, to see whether it does again
        "CREATE TABLE probe (room BLOB NOT NULL)",
        # the encryption keys that the running program knows, by their ids, the one it encrypts with first
        "CREATE TABLE running (key_ids TEXT NOT NULL, started_at DOUBLE PRECISION NOT NULL)",
        # so that dialogs nobody goes on with can be told
        "ALTER TABLE conversations ADD COLUMN changed_at DOUBLE PRECISION NOT NULL DEFAULT 0",
        "UPDATE conversations SET changed_at = strftime('%s', 'now')",
        # what has ended, by age: erased after a year
        "CREATE INDEX orders_at_rest ON orders (changed_at) WHERE next_poll_at IS NULL",
        # requests to cancel that an earlier run left in the middle
        "CREATE INDEX orders_cancelling ON orders (process) WHERE cancel_asked_at IS NOT NULL",
    ),
    (
        # whether they want announcements of the operators
        "ALTER TABLE people ADD COLUMN announcements INTEGER NOT NULL DEFAULT 1",
        """
        CREATE TABLE gate (                      -- who is let in, one row
            maintenance TEXT,                    -- what operators add for people to read; NULL: there is none
            listed_only INTEGER NOT NULL         -- 1: only who stands in `allowed`
        )
        """,
        "INSERT INTO gate (maintenance, listed_only) VALUES (NULL, 0)",
        """
        CREATE TABLE allowed (
            chat_id BIGINT PRIMARY KEY,
            allowed_at DOUBLE PRECISION NOT NULL
        )
        """,
        """
        CREATE TABLE blocked (                   -- by the operators; stays when its person is forgotten
            chat_id BIGINT PRIMARY KEY,
            reason TEXT NOT NULL,                -- in the operators' words, "" without any
            blocked_at DOUBLE PRECISION NOT NULL,
            told_at DOUBLE PRECISION             -- when they were last told so
        )
        """,
        """
        CREATE TABLE broadcasts (                -- announcements, until they have ended
            id TEXT PRIMARY KEY,
            chat_id BIGINT NOT NULL,             -- of the operator who wrote it
            state TEXT NOT NULL,                 -- draft | sending | stopping
            text TEXT NOT NULL,                  -- HTML
            message_id BIGINT,                   -- the message that shows how far it is
            created_at DOUBLE PRECISION NOT NULL
        )
        """,
        """
        CREATE TABLE recipients (                -- who gets an announcement, until it has ended
            broadcast_id TEXT NOT NULL REFERENCES broadcasts (id),
            chat_id BIGINT NOT NULL,
            state TEXT NOT NULL,                 -- waiting | sending | sent | blocked | failed | unsure
            send_at DOUBLE PRECISION NOT NULL,   -- not before
            PRIMARY KEY (broadcast_id, chat_id)
        )
        """,
        "CREATE INDEX recipients_of_chat ON recipients (chat_id)",
        "CREATE INDEX recipients_waiting ON recipients (broadcast_id, send_at) WHERE state = 'waiting'",
    ),
    (
        """
        CREATE TABLE languages (                 -- whoever chose one, before they gave a key too
            chat_id BIGINT PRIMARY KEY,
            language TEXT NOT NULL,              -- the code of a catalogue
            chosen_at DOUBLE PRECISION NOT NULL
        )
        """,
    ),
)
