/**
 * Who may call what: the gate before every handler, and the paths under which tokens, certificates, roles and the audit are
 * managed. What rights mean is {@link io.canvass.kv.security.Security}'s.
 */
@NullMarked
package io.canvass.kv.api.auth;

import org.jspecify.annotations.NullMarked;
