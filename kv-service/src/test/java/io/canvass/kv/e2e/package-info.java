/**
 * Whole nodes in processes of their own, spoken to over HTTP and signals only, as a client and an operator would. Needs
 * the service's jar, so Failsafe runs these tests ({@code *IT}) behind the packaging. Nothing of the service's own code
 * is used here: a test that shared it could share its mistakes.
 */
@NullMarked
package io.canvass.kv.e2e;

import org.jspecify.annotations.NullMarked;
