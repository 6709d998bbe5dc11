/**
 * Who calls, and what they may do: tokens, certificates, rights, the audit. Knows the store, where roles and principals are, and
 * nothing of how requests come in; a new way in asks {@link io.canvass.kv.security.Security} and nobody else.
 */
@NullMarked
package io.canvass.kv.security;

import org.jspecify.annotations.NullMarked;
