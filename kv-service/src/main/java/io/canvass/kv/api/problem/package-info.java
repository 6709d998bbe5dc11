/**
 * The vocabulary of errors (KV-API.md, section 8; RFC 9457): which there are, and one occurrence of one. Knows no
 * request and no answer, and none of the other packages of the API.
 */
@NullMarked
package io.canvass.kv.api.problem;

import org.jspecify.annotations.NullMarked;
